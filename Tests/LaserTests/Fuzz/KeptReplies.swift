/// Answers that are hard on whoever reads them, kept to be tried as the answer to each command of each device.
enum KeptReplies {
    /// What to put into answers.
    static let pieces = [
        "", " ", "\0", "\r", "\n", "\r\n", "-", "+", ".", "e", "1e999", "-1e999", "nan", "inf", "-0", "0x10", "1_000",
        "9223372036854775807", "9223372036854775808", "-9223372036854775808", "99999999999999999999999999",
        "FFFFFFFFFFFFFFFF", "7FFFFFFFFFFFFFFF", "8000000000000000", "4.9e-324", "1.7976931348623157e308", ":", "::",
        ",", "=", "\"", "\u{A7}", "\u{FF}", "é", "٣", "OK", "[OK]", "ERR-", "????", "!UK", "x", "> ", "CMD> ", "#t",
        "%SYS-", "Error: ", "CSS", "E ", "A ", "S2",
    ]

    /// Whole answers; they have the ending behind them.
    static let answers =
        pieces + [
            "1", "0", "-1", "2", "ON", "OFF", "1\0", "1 2 3", "CSSASN999", "CSSASN0-1", "CSSASN+50", "CSSASNé50",
            "CSSASN050ASN050", "A CHINT 1e999", "A CHINT 1 2 3", "A CHMAP", "A CHMAP A A", "A MAXINT 0",
            "A MAXINT 1e300",
            "A CHACT 2", "!GAS", "!GASFFFFFFFFFFFFFFFF", "!GOM-1", "!GLPFFFFFF", "!GMP0", "!GMPnan", "!GMP1e308",
            "!GSI\u{A7}\u{A7}\u{A7}", "!GSI", "SN: ", "Pmax: mW", "Pmax: 1e999 mW", "CH2, PWR: - mW", "PIC  =  uW",
            "\"",
            "\"\"", "\"é", "?LI=,,,", "?LI=", "?MAXP=-1", "?FC=99999999999999999999", "?FC=-1", "LE=", "PP", "PPFFFF",
            "P-001", "SNP", "SNP ", "WH", "OC", "S", "S3", "257:34:12", ":34", "-1:30", "25.3C", "C", "ERR", "ERR-1",
            String(repeating: "1", count: 400), String(repeating: "9", count: 5000),
            String(repeating: "\0", count: 5000),
        ]

    /// All the ends that lines and blocks have.
    static let ending = "\r\nOK\r\n[OK]\r\n> "
}
