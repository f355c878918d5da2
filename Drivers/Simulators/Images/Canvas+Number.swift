extension Canvas {
    /// Writes a number into the top left corner, on black.
    func write(_ number: Int, in ink: Value) {
        let digits = "\(number)".compactMap(\.wholeNumberValue)
        for y in 0..<DigitFont.height + 2 {
            for x in 0..<digits.count * (DigitFont.width + 1) + 1 { set(x, y, Value(level: 0)) }
        }
        for (index, digit) in digits.enumerated() {
            for (x, y) in DigitFont.dots(of: digit) { set(index * (DigitFont.width + 1) + 1 + x, y + 1, ink) }
        }
    }
}
