/** What `/v1/me` says of whoever asks. */

export type Role = "public" | "officer" | "verifier" | "leadership" | "operator";
export type Right = "read_cases" | "act" | "verify" | "audit" | "operate" | "correct";

export interface Me {
  role: Role;
  /** An officer's unit; a verifier's kelurahan, kecamatan or kota. */
  unit: string | null;
  unit_name: string | null;
  account: string;
  rights: Right[];
  /** Whether the ranking of reporters answers them. */
  reporters: boolean;
}
