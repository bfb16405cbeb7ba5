//! The words the channels use for a status and a kind, Indonesian and English, besides the canonical ids.

use tanggap_engine::event::{Kind, Status};

/// Longest word looked up, bytes.
const LONGEST: usize = 32;

/// The status a word means, whatever its case; spaces and hyphens count as underscores.
pub(super) fn status(word: &str) -> Option<Status> {
    let mut buffer = [0; LONGEST];
    Some(match plain(word, &mut buffer)? {
        "received" | "wait" | "waiting" | "menunggu" | "belum" | "belum_diproses" | "diterima" | "open" | "new" | "baru" => {
            Status::Received
        }
        "verified" | "terverifikasi" | "diverifikasi" => Status::Verified,
        "assigned" | "didisposisikan" | "disposisi" => Status::Assigned,
        "coordinated" | "koordinasi" | "dikoordinasikan" => Status::Coordinated,
        "dispatched" | "ditugaskan" => Status::Dispatched,
        "in_progress" | "process" | "proses" | "processed" | "in_process" | "diproses" | "dikerjakan" | "dalam_proses" => {
            Status::InProgress
        }
        "resolved" | "done" | "selesai" | "complete" | "completed" => Status::Resolved,
        "closed_no_action" | "diarsipkan" | "ditutup" => Status::ClosedNoAction,
        "duplicate" | "duplikat" => Status::Duplicate,
        "not_ours" | "bukan_wewenang" => Status::NotOurs,
        "reopened" | "dibuka_kembali" => Status::Reopened,
        "rated" | "dinilai" => Status::Rated,
        "withdrawn" | "withdraw" | "dicabut" | "ditarik" | "dibatalkan" | "cancelled" | "canceled" => Status::Withdrawn,
        "asked" | "menunggu_pelapor" | "menunggu_jawaban_pelapor" | "waiting_reporter" | "waiting_for_reporter" => Status::Asked,
        "linked" => Status::Linked,
        "unlinked" => Status::Unlinked,
        _ => return None,
    })
}

/// The kind a word means, whatever its case.
pub(super) fn kind(word: &str) -> Option<Kind> {
    let mut buffer = [0; LONGEST];
    Some(match plain(word, &mut buffer)? {
        "complaint" | "keluhan" | "pengaduan" | "aduan" => Kind::Complaint,
        "suggestion" | "saran" | "aspirasi" | "usulan" => Kind::Suggestion,
        "question" | "pertanyaan" | "permintaan_informasi" => Kind::Question,
        "praise" | "pujian" | "apresiasi" => Kind::Praise,
        "duty" | "tugas" | "laporan_rt" | "laporan_rw" => Kind::Duty,
        "emergency" | "darurat" | "gawat_darurat" => Kind::Emergency,
        _ => return None,
    })
}

/// The word in lower case with underscores, on the stack.
fn plain<'b>(word: &str, buffer: &'b mut [u8; LONGEST]) -> Option<&'b str> {
    let word = word.trim();
    let plain = buffer.get_mut(..word.len())?;
    for (to, from) in plain.iter_mut().zip(word.bytes()) {
        *to = if matches!(from, b' ' | b'-') {
            b'_'
        } else {
            from.to_ascii_lowercase()
        };
    }
    std::str::from_utf8(plain).ok()
}

#[cfg(test)]
mod tests {
    use tanggap_engine::event::{Kind, Status};

    use super::{kind, status};

    #[test]
    fn every_canonical_id_and_the_words_of_qlue_are_known() {
        for known in Status::ALL {
            assert_eq!(status(known.id()), Some(*known));
            assert_eq!(status(&known.id().to_uppercase().replace('_', " ")), Some(*known));
        }
        for known in Kind::ALL {
            assert_eq!(kind(known.id()), Some(*known));
        }
        for (word, meaning) in [
            ("wait", Status::Received),
            ("menunggu", Status::Received),
            ("Process", Status::InProgress),
            ("PROSES", Status::InProgress),
            ("done", Status::Resolved),
            (" Selesai ", Status::Resolved),
            ("Dicabut", Status::Withdrawn),
            ("Menunggu Pelapor", Status::Asked),
        ] {
            assert_eq!(status(word), Some(meaning));
        }
        for unknown in ["", "confirmed", "é", &"x".repeat(100)] {
            assert_eq!(status(unknown), None);
            assert_eq!(kind(unknown), None);
        }
    }
}
