import Contracts
import Pickle

extension TrialResult {
    /// How long a trial took, as a person feels it.
    private enum TimeClass: String {
        /// Less than a tenth of a second.
        case instant
        /// Less than a second.
        case quick
        case slow

        init(_ duration: Duration) {
            self = duration < .milliseconds(100) ? .instant : duration < .seconds(1) ? .quick : .slow
        }
    }

    private var timeClass: TimeClass { TimeClass(duration) }

    /// A line for people, and one for each thing that is not as it must be.
    var line: String {
        let name = path.isEmpty ? "\(contract)" : "\(path.dropFirst()): \(contract)"
        switch verdict {
        case .kept: return "  \(time)  kept       \(name)"
        case .broken:
            let violations = findings.violations.map { "\n" + String(repeating: " ", count: 32) + $0 }
            return "  \(time)  BROKEN     \(name)" + violations.joined()
        case .notTried:
            return "  \(time)  not tried  \(name): " + findings.remarks.joined(separator: "; ")
        }
    }

    /// As wide for each: `quick   0.42 s`.
    private var time: String {
        guard duration > .zero else { return String(repeating: " ", count: 16) }
        let name = timeClass.rawValue.padded(to: 7)
        guard timeClass != .instant else { return name.padded(to: 16) }
        let seconds = duration.inSeconds
        return name + String(repeating: " ", count: max(1, 7 - seconds.count)) + seconds + " s"
    }

    var python: PythonValue {
        let word =
            switch verdict {
            case .kept: "kept"
            case .broken: "broken"
            case .notTried: "not_tried"
            }
        return .dict([
            "part": .str(path), "contract": .str(contract.name), "verdict": .str(word),
            "time": .str(timeClass.rawValue), "seconds": .float(duration.rounded),
            "violations": .list(findings.violations.map(PythonValue.str)),
            "remarks": .list(findings.remarks.map(PythonValue.str)),
        ])
    }
}

extension Duration {
    /// In seconds, to the thousandth.
    var rounded: Double { ((self / .seconds(1)) * 1000).rounded() / 1000 }

    /// With two places behind the point, as people read it.
    var inSeconds: String {
        let hundredths = (self / .milliseconds(10)).rounded()
        guard let count = Int(exactly: hundredths) else { return "\(hundredths / 100)" }
        return "\(count / 100)." + (count % 100 < 10 ? "0" : "") + "\(count % 100)"
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
