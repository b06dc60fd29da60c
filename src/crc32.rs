//! A checksum against damage on the way, not against intent.

/// The generator of CRC-32, bits reversed.
const POLYNOMIAL: u32 = 0xEDB8_8320;

/// Bytes that are taken at a time ("slicing by 8", Kounavis and Berry 2005).
const SLICE: usize = 8;

/// CRC-32 as in gzip (IEEE 802.3, RFC 1952 section 8), by tables that are made anew each time: that takes as long as
/// reading 3 KB, and the module need not carry them.
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    let mut tables = [[0_u32; 256]; SLICE];
    let [first, rest @ ..] = &mut tables;
    for (byte, entry) in first.iter_mut().enumerate() {
        *entry = (0..8).fold(byte as u32, |crc, _| (crc >> 1) ^ (POLYNOMIAL & (crc & 1).wrapping_neg()));
    }
    let mut before = *first;
    for table in rest {
        for (entry, before) in table.iter_mut().zip(before) {
            *entry = (before >> 8) ^ first[(before & 255) as usize];
        }
        before = *table;
    }
    let mut crc = u32::MAX;
    let (slices, rest) = bytes.as_chunks::<SLICE>();
    for slice in slices {
        let both = u64::from_le_bytes(*slice) ^ u64::from(crc);
        crc = 0;
        for (place, table) in tables.iter().rev().enumerate() {
            crc ^= table[(both >> (8 * place) & 255) as usize];
        }
    }
    for byte in rest {
        crc = (crc >> 8) ^ tables[0][usize::from(*byte ^ crc as u8)];
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_value_is_that_of_the_standard() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b""), 0);
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let text = *b"{\"uuid\":\"a\",\"amount_total\":2.5}";
        for bit in 0..text.len() * 8 {
            let mut damaged = text;
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert_ne!(crc32(&damaged), crc32(&text), "bit {bit}");
        }
    }
}
