/// All errors of a configuration, in the order of the file.
public struct ConfigurationErrors: Error, Sendable, Hashable, CustomStringConvertible {
    public let errors: [ConfigurationError]

    public init(_ errors: [ConfigurationError]) {
        // The sort is stable, so errors at one place keep their order.
        self.errors = errors.sorted { $0.place < $1.place }
    }

    /// One line for each error.
    public var description: String { errors.map(\.description).joined(separator: "\n") }
}

/// One error of a configuration: `scope.yaml:4:11: devices[1].port: expected …, got 'eight'`.
public struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    public let place: Place
    /// The keys that lead to the value, such as `devices[1].port`; empty for the file as a whole.
    public let path: String
    public let message: String

    public init(_ message: String, at place: Place, path: String = "") {
        self.message = message
        self.place = place
        self.path = path
    }

    public var description: String { "\(place): \(path.isEmpty ? "" : "\(path): ")\(message)" }
}

/// A place in a configuration file or a program: the file, and line and column from 1.
public struct Place: Sendable, Hashable, CustomStringConvertible {
    public let file: String
    /// 0 for the file as a whole; in a program, the column is 0.
    public let line, column: Int

    public init(file: String, line: Int = 0, column: Int = 0) {
        self.file = file
        self.line = line
        self.column = column
    }

    public var description: String {
        line == 0 ? file : column == 0 ? "\(file):\(line)" : "\(file):\(line):\(column)"
    }

    /// The place as a message at another place names it: `line 4`, or `Scope/main.swift:4` in another file.
    func seen(from other: Place) -> String { file == other.file ? "line \(line)" : "\(file):\(line)" }
}

extension Place: Comparable {
    /// In the order of reading, one file after the other.
    public static func < (left: Place, right: Place) -> Bool {
        (left.file, left.line, left.column) < (right.file, right.line, right.column)
    }
}

/// An unknown word with the known word that was probably meant.
struct Suggestion {
    /// Completes "unknown key": `'sensor_shap', did you mean 'sensor_shape'?`.
    let text: String

    init(_ word: String, among known: [String]) {
        let ranked = known.map { (word: $0, distance: Self.distance(word.lowercased(), $0.lowercased())) }
        if let nearest = ranked.min(by: { $0.distance < $1.distance }), nearest.distance <= (word.count + 2) / 3 {
            text = "\(word.shown()), did you mean \(nearest.word.shown())?"
        } else if known.isEmpty {
            text = "\(word.shown()), none is known here"
        } else {
            text = "\(word.shown()), known are \(known.joined(separator: ", "))"
        }
    }

    /// The number of letters to insert, remove or change to turn one word into the other (Levenshtein).
    private static func distance(_ left: String, _ right: String) -> Int {
        // Longer words are not misspelt keys, and comparing them takes long.
        guard left.count <= 64, right.count <= 64 else { return .max }
        let right = Array(right)
        var row = Array(0...right.count)
        for (line, letter) in left.enumerated() {
            var diagonal = line
            row[0] = line + 1
            for column in right.indices {
                let changed = diagonal + (letter == right[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(changed, diagonal + 1, row[column] + 1)
            }
        }
        return row[right.count]
    }
}

extension String {
    /// The text in quotes for an error message: on one line, shortened, with control characters escaped.
    func shown(in quote: Character = "'") -> String {
        let start = prefix(Self.shownLength)
        let visible = start.unicodeScalars.map { $0.properties.isInvisible ? $0.escaped(asASCII: true) : String($0) }
        return "\(quote)\(visible.joined())\(start.endIndex == endIndex ? "" : "…")\(quote)"
    }

    private static let shownLength = 60
}

extension Unicode.Scalar.Properties {
    fileprivate var isInvisible: Bool {
        switch generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse, .format: true
        default: false
        }
    }
}
