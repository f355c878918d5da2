internal import Transports

/// The verbose modes of a simulated ASI controller (ASI, "Command:VB", firmware 8.5 or newer).
///
/// The manual does not show how a target or a position is printed; here it is as in the answer of `WHERE`.
public struct SimulatedASIVerbosity: Sendable, Codable {
    /// The sum of the modes: 1 `N` at the end of a move, 2 joystick button, 4 TTL input, 8 line ends of CR alone,
    /// 16 answers to moves with the target, 32 positions at the end of a move.
    public var modes = 0
    /// The decimal places of `WHERE`.
    public var places = 0
    /// The modes that `SAVESET Z` has saved, which a power loss brings back.
    private var savedModes = 0
    private var savedPlaces = 0

    init() {}

    /// Carries out `VB X=16 Z=1` or `VB X?`.
    mutating func answer(_ words: [String]) -> String {
        guard !words.isEmpty else { return ":N-3\r\n" }
        var values: [String] = []
        for word in words {
            let number = word.dropFirst(2).description.code()
            switch (word.prefix(2), number) {
            case ("X=", let code?) where 0...63 ~= code: modes = code
            case ("Z=", let count?) where 0...6 ~= count: places = count
            case ("X?", _): values.append("X=\(modes)")
            case ("Y?", _): values.append("Y=0")
            case ("Z?", _): values.append("Z=\(places)")
            case ("X=", _), ("Z=", _): return ":N-4\r\n"
            default: return ":N-2\r\n"
            }
        }
        return ":A \(values.joined(separator: " "))\r\n"
    }

    mutating func save() { (savedModes, savedPlaces) = (modes, places) }
    mutating func powerUp() { (modes, places) = (savedModes, savedPlaces) }

    /// The line ends of an answer.
    func ended(_ text: String) -> String { modes & 8 == 0 ? text : text.replacing("\r\n", with: "\r") }

    /// An answer to a move with the targets, if that mode is on.
    func moved(_ text: String, to targets: [Double]) -> String {
        guard modes & 16 != 0, text.hasPrefix(":A") else { return text }
        return ":A \(targets.map { $0.text(places: places) }.joined(separator: " "))\r\n"
    }

    /// What comes unasked at the end of a move.
    func arrival(at positions: [Double], after delay: Duration) -> [SimulatedOutput] {
        let text = positions.map { $0.text(places: places) }.joined(separator: " ")
        let outputs = [modes & 1 != 0 ? "N" : nil, modes & 32 != 0 ? ended(":A \(text)\r\n") : nil]
        return outputs.compactMap(\.self).map { SimulatedOutput($0, after: delay) }
    }
}
