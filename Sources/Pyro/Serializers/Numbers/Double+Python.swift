extension Double {
    /// The number as Python's `repr` writes it: as few digits as tell it from all others, `inf` and `nan`.
    var pythonText: String {
        guard isFinite else { return isNaN ? "nan" : self < 0 ? "-inf" : "inf" }
        return (sign == .minus ? "-" : "") + Decimal(magnitude).text
    }

    /// A number as the digits behind a decimal point, and where the point moves to from there.
    private struct Decimal {
        private var digits: Substring
        private var point: Int

        init(_ number: Double) {
            // Swift finds the same digits as Python, but changes to an exponent at other numbers.
            let parts = number.description.split(separator: "e")
            let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
            let digits = mantissa.joined()[...]
            let significant = digits.drop { $0 == "0" }
            point = mantissa[0].count + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
            point -= digits.count - significant.count
            self.digits = significant
            while self.digits.last == "0" { self.digits.removeLast() }
        }

        var text: String {
            if digits.isEmpty { return "0.0" }
            return (-3...16).contains(point) ? positional : exponential
        }

        private var positional: String {
            if point <= 0 { return "0." + zeros(-point) + digits }
            if point >= digits.count { return digits + zeros(point - digits.count) + ".0" }
            return digits.prefix(point) + "." + digits.dropFirst(point)
        }

        private var exponential: String {
            let fraction = digits.dropFirst()
            let exponent = point - 1
            let size = String(exponent.magnitude)
            return digits.prefix(1) + (fraction.isEmpty ? "" : ".") + fraction + "e" + (exponent < 0 ? "-" : "+")
                + zeros(2 - size.count) + size
        }

        private func zeros(_ count: Int) -> String { String(repeating: "0", count: max(0, count)) }
    }
}

extension Double {
    /// A number by its text in ASCII; one that is too large is infinite, as in Python.
    init(text: some Sequence<UInt8>) throws(SerializerError) {
        let text = try String(utf8: text)
        guard text.utf8.count <= 4096, let number = Double(text) else { throw .malformed("invalid number") }
        self = number
    }
}
