/// The first byte of a value, which tells how the rest is read.
enum MarshalType: Unicode.Scalar {
    case none = "N"
    case yes = "T"
    case no = "F"
    case int32 = "i"
    /// An integer in digits of 15 bits, whose count has the number's sign.
    case long = "l"
    case float = "g"
    case complex = "y"
    case bytes = "s"
    case interned = "t"
    case unicode = "u"
    case ascii = "a"
    case asciiInterned = "A"
    case shortASCII = "z"
    case shortASCIIInterned = "Z"
    case tuple = "("
    case smallTuple = ")"
    case list = "["
    case dictionary = "{"
    /// What stands in the place of a key at the end of a dictionary.
    case end = "0"
    case set = "<"
    case frozenset = ">"
    /// A value that was read before, by its number among those that were marked.
    case reference = "r"

    /// What is added to the byte of a value that a reference may name.
    static let mark: UInt8 = 0x80
}
