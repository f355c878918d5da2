/// What a wheel's electronics can do, by its hardware type (libfli).
enum FingerLakesBoard: Equatable {
    /// Turns by steps and knows no slots: so many steps from each slot to the next, and from home to the first.
    case stepping(steps: [UInt16], offset: UInt16)
    /// Knows its slots.
    case newer

    /// Nil for what is no filter wheel, or one that is not known.
    init?(hardware: UInt8) {
        switch hardware {
        case 0x00: self = .even(5, 48)
        case 0x01: self = .even(3, 80, offset: 48)
        case 0x02: self = .stepping(steps: [34, 34, 35, 34, 34, 35, 35], offset: 14)
        case 0x03: self = .even(8, 30, offset: 18)
        case 0x04: self = .even(15, 48)
        case 0x05: self = .even(12, 20, offset: 6)
        case 0x06: self = .even(10, 24)
        case 0x08: self = .even(7, 52)
        case 0x0a: self = .even(12, 48)
        case 0xfe, 0xff: self = .newer
        default: return nil
        }
    }

    private static func even(_ slots: Int, _ steps: UInt16, offset: UInt16 = 0) -> Self {
        .stepping(steps: [UInt16](repeating: steps, count: slots), offset: offset)
    }
}
