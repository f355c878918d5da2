internal import Glibc
internal import Logging

/// A line as it is written: `2026-11-23T09:41:48.570 INFO RedCamera[25675]: armed frames=10`.
struct LogLine {
    let text: String

    init(
        _ level: Logger.Level,
        _ message: String,
        _ metadata: Logger.Metadata = [:],
        name: String,
        process: pid_t,
        time: LogTime
    ) {
        let pairs = metadata.sorted { $0.key < $1.key }.map { " \($0)=\("\($1)".asWord)" }.joined()
        let head = "\(time.text) \(level.rawValue.uppercased()) \(name)[\(process)]: "
        text = head + (message + pairs).indented + "\n"
    }
}

extension String {
    /// In quotes unless it is one word, so that the end of each value is plain to see.
    fileprivate var asWord: String {
        guard isEmpty || contains(where: { $0.isWhitespace || $0 == "\"" || $0 == "=" }) else { return self }
        return "\"\(replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n"))\""
    }

    /// With lines after the first set in, so that none passes for one of the log, and nothing that a terminal obeys.
    fileprivate var indented: String {
        var text = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "\n": text += "\n    "
            case "\t": text += "\t"
            case _ where scalar.properties.generalCategory == .control: text += scalar.escaped(asASCII: true)
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
