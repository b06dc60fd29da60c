//! A checksum against damage on the way, not against intent.

/// The generator of CRC-32, bits reversed.
const POLYNOMIAL: u32 = 0xEDB8_8320;

/// CRC-32 as in gzip (IEEE 802.3, RFC 1952 section 8). Bit by bit: a table would be faster than anybody needs.
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (POLYNOMIAL & (crc & 1).wrapping_neg());
        }
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
