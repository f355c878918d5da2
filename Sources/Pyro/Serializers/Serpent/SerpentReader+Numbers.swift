internal import Pickle

extension SerpentReader {
    /// Reads a number with its sign, and the imaginary part that may follow it.
    mutating func number() throws(SerializerError) -> PythonValue {
        let first = try signed()
        skipBlanks()
        guard text.character == "+" || text.character == "-" else { return first.value }
        guard let real = first.real, case .imaginary(let imaginary) = try signed() else {
            throw .malformed("only complex numbers are written as a sum")
        }
        return .complex(real: real, imaginary: imaginary)
    }

    private enum Number {
        case integer(PythonValue)
        case float(Double)
        case imaginary(Double)

        var value: PythonValue {
            switch self {
            case .integer(let value): value
            case .float(let number): .float(number)
            case .imaginary(let number): .complex(real: 0, imaginary: number)
            }
        }

        var real: Double? {
            switch self {
            case .integer(.int(let number)): Double(number)
            case .float(let number): number
            default: nil
            }
        }
    }

    private mutating func signed() throws(SerializerError) -> Number {
        let isNegative = text.skip("-")
        if !isNegative { text.skip("+") }
        skipBlanks()
        let digits = try digits()
        if text.skip("j") || text.skip("J") {
            let number = try Double(text: digits)
            return .imaginary(isNegative ? -number : number)
        }
        guard digits.allSatisfy(\.isDigit) else {
            let number = try Double(text: digits)
            return .float(isNegative ? -number : number)
        }
        guard digits.first != UInt8(ascii: "0") || digits.allSatisfy({ $0 == UInt8(ascii: "0") }) else {
            throw .malformed("leading zeros in decimal integer literals are not permitted")
        }
        return .integer(try .integer(digits, isNegative: isNegative))
    }

    /// Reads the digits of a number, with its point and exponent and without its underscores.
    private mutating func digits() throws(SerializerError) -> [UInt8] {
        var result = try digitGroups()
        if text.skip(".") { result += try [UInt8(ascii: ".")] + digitGroups() }
        guard result.contains(where: \.isDigit) else { throw text.unexpected() }
        if text.skip("e") || text.skip("E") {
            let sign = text.skip("-") ? "e-" : "e"
            if sign == "e" { text.skip("+") }
            let exponent = try digitGroups()
            guard !exponent.isEmpty else { throw text.unexpected() }
            result += sign.utf8 + exponent
        }
        return result
    }

    /// Reads digits in groups, with one underscore between two groups: `1_000`.
    private mutating func digitGroups() throws(SerializerError) -> [UInt8] {
        var result = Array(text.take(while: \.isDigit))
        while !result.isEmpty, text.skip("_") {
            let group = text.take(while: \.isDigit)
            guard !group.isEmpty else { throw text.unexpected() }
            result += group
        }
        return result
    }
}
