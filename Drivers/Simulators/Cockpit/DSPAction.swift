internal import Devices
internal import Pickle

/// What an executor does at a time: it sets its digital lines and the first of its analog ones.
struct DSPAction: Sendable {
    /// Since the beginning of the repetition.
    let time: Duration
    let digital: Int
    let analog: [Double]
}

extension DSPAction {
    /// From what Cockpit sends: milliseconds, and a pair of the digital lines as bits and the list of the analog ones.
    init?(python value: PythonValue) {
        guard let items = value.items, items.count == 2, let lines = items[1].items, lines.count == 2 else {
            return nil
        }
        guard
            let milliseconds = Double(python: items[0]), (0...Self.longest).contains(milliseconds),
            let digital = Int(python: lines[0]),
            let analog = [Double](python: lines[1])
        else { return nil }
        self.init(time: .milliseconds(milliseconds), digital: digital, analog: analog)
    }

    /// A day.
    private static let longest = 86_400_000.0
}
