//! CRC-32 as in gzip, zip and Ethernet (IEEE 802.3; RFC 1952, section 8): tells whether a text has arrived as it left.

/// The polynomial, bits reversed.
const POLYNOMIAL: u32 = 0xEDB8_8320;

/// The checksum as eight hexadecimal digits. Bit by bit: a table would be larger than the time it saves is long.
pub(crate) fn crc32(text: &str) -> String {
    let mut crc = u32::MAX;
    for byte in text.bytes() {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (POLYNOMIAL & (crc & 1).wrapping_neg());
        }
    }
    format!("{:08x}", !crc)
}

#[cfg(test)]
mod tests {
    use super::crc32;

    #[test]
    fn the_check_values_of_the_standard() {
        assert_eq!(crc32(""), "00000000");
        assert_eq!(crc32("123456789"), "cbf43926");
        assert_eq!(crc32("Käse 🧀"), "123279e5");
    }
}
