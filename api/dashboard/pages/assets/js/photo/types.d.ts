/** Photos that answers name. */

/** A photo that a report shows; `present`: its file is here. */
export interface ShownPhoto { present: boolean; sha256?: string }

export type PhotoSide = "before" | "after" | "earlier";

/** A photo with what it shows, and when or by which report it was shown. */
export interface Shot { side: PhotoSide; photo: ShownPhoto; time?: string; report?: string }
