/// A word that is not known, and which known one may have been meant.
struct Suggestion {
    /// Completes "unknown key": `'sensor_shap', did you mean 'sensor_shape'?`.
    let text: String

    init(_ word: String, among known: [String]) {
        let ranked = known.map { (word: $0, distance: Self.distance(word, $0)) }
        if let nearest = ranked.min(by: { $0.distance < $1.distance }), nearest.distance <= (word.count + 2) / 3 {
            text = "\(word.shown()), did you mean \(nearest.word.shown())?"
        } else if known.isEmpty {
            text = "\(word.shown()), none is known here"
        } else {
            text = "\(word.shown()), known are \(known.joined(separator: ", "))"
        }
    }

    /// How many letters have to be put in, taken out or changed to get from one word to the other (Levenshtein).
    private static func distance(_ left: String, _ right: String) -> Int {
        // What is so long is no misspelt key, and comparing it takes long.
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
