//! The bytes themselves, so that a change of the format shows.

use super::super::format::{RecordHeader, SegmentHeader, Unreadable};

#[test]
fn a_segment_header_is_what_the_documentation_says() {
    let header =
        SegmentHeader { created_ms: 0x0102, pid: 7, salt: 9, destination: "http://h/".to_owned() };
    let bytes = header.write();
    assert_eq!(&bytes[..12], b"CATSPOOL\x01\x00\x2D\x00");
    assert_eq!(&bytes[12..32], b"\x02\x01\0\0\0\0\0\0\x07\0\0\0\x09\0\0\0\0\0\0\0");
    assert_eq!(&bytes[32..41], b"http://h/");
    assert_eq!(SegmentHeader::read(&bytes), Ok((header, 45)));
    for length in 0..bytes.len() {
        assert_eq!(SegmentHeader::read(&bytes[..length]), Err(Unreadable::Damaged));
    }
}

#[test]
fn a_destination_that_is_too_long_is_cut_at_a_character() {
    let destination = "ä".repeat(5_000);
    let header = SegmentHeader { created_ms: 0, pid: 0, salt: 0, destination };
    let (read, _) = SegmentHeader::read(&header.write()).expect("a header");
    assert_eq!(read.destination, "ä".repeat(2_048));
}

#[test]
fn a_record_belongs_to_its_place_and_its_segment() {
    let record = RecordHeader::record(9, 45, b"abc", 2).expect("a record");
    assert_eq!(&record[..16], b"\xF7recw\0\0\0\x02\0\0\0\x03\0\0\0");
    assert_eq!(&record[24..], b"abc");
    let read = RecordHeader::read(9, 45, &record).expect("a header");
    assert_eq!((read.spans, read.payload_bytes, read.is_done), (2, 3, false));
    assert_eq!(RecordHeader::read(9, 46, &record), None);
    assert_eq!(RecordHeader::read(8, 45, &record), None);
}
