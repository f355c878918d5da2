/// What an Elliptec tells to `in`: fields of fixed widths, most of them in hexadecimal digits.
public struct ElliptecIdentity: Sendable {
    /// 9 for an ELL9.
    let type: Int
    let serialNumber: String
    let year: String
    let firmware: String
    let hardware: String

    /// Nil for what is no identity.
    init?(data: String) {
        let digits = Array(data)
        guard digits.count >= 16, digits.allSatisfy(\.isASCII), let type = Int(String(digits[0..<2]), radix: 16) else {
            return nil
        }
        self.type = type
        serialNumber = String(digits[2..<10])
        year = String(digits[10..<14])
        firmware = String(digits[14..<16])
        hardware = digits.count >= 18 ? String(digits[16..<18]) : ""
    }

    /// How many positions it has; nil if it is no slider with positions.
    var positionCount: Int? {
        switch type {
        case 6: 2
        case 9: 4
        case 12: 6
        default: nil
        }
    }
}
