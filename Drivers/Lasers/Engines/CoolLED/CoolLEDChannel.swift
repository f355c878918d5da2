/// The state of one channel of a CoolLED: six characters such as `ASN050`.
struct CoolLEDChannel: Equatable {
    /// From A to H.
    var letter: Character
    /// Whether it emits, or does so while its input is high.
    var isSelected: Bool
    /// Whether it emits without its input.
    var isOn: Bool
    /// In percent.
    var intensity: Int

    init(letter: Character, isSelected: Bool, isOn: Bool, intensity: Int) {
        (self.letter, self.isSelected, self.isOn, self.intensity) = (letter, isSelected, isOn, intensity)
    }

    private init?(_ text: ArraySlice<Character>) {
        let text = Array(text)
        guard text.count == 6, ("A"..."H").contains(text[0]), "SX".contains(text[1]), "NF".contains(text[2]),
            text[3...].allSatisfy({ ("0"..."9").contains($0) }), let intensity = Int(String(text[3...])),
            intensity <= 100
        else { return nil }
        self.init(letter: text[0], isSelected: text[1] == "S", isOn: text[2] == "N", intensity: intensity)
    }

    /// The channels that a line tells of, if it does: `CSSASN050BXF100`.
    static func channels(_ line: String) -> [CoolLEDChannel]? {
        let text = Array(line)
        guard line.hasPrefix("CSS"), text.count > 3, text.count % 6 == 3 else { return nil }
        let channels = stride(from: 3, to: text.count, by: 6).map { CoolLEDChannel(text[$0..<$0 + 6]) }
        let known = channels.compactMap(\.self)
        guard known.count == channels.count, Set(known.map(\.letter)).count == known.count else { return nil }
        return known
    }

    var text: String {
        let digits = "\(intensity)"
        let percent = String(repeating: "0", count: max(0, 3 - digits.count)) + digits
        return "\(letter)\(isSelected ? "S" : "X")\(isOn ? "N" : "F")\(percent)"
    }
}
