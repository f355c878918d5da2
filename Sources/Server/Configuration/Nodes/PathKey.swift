/// A step on the way to a value: a key of a mapping or an index of a list.
struct PathKey: CodingKey, Hashable {
    let stringValue: String
    let intValue: Int?

    init(_ key: String) { (stringValue, intValue) = (key, nil) }
    init(_ index: Int) { (stringValue, intValue) = ("\(index)", index) }
    init(stringValue: String) { self.init(stringValue) }
    init(intValue: Int) { self.init(intValue) }
}

extension [PathKey] {
    /// As errors tell it: `devices[1].port`, `devices[0].settings["image pattern"]`.
    var text: String {
        var text = ""
        for key in self {
            if let index = key.intValue {
                text += "[\(index)]"
            } else if key.stringValue.allSatisfy(\.isPlain) {
                text += text.isEmpty ? key.stringValue : ".\(key.stringValue)"
            } else {
                text += "[\(key.stringValue.shown(in: "\""))]"
            }
        }
        return text
    }
}

extension Character {
    fileprivate var isPlain: Bool { isLetter || isNumber || self == "_" || self == "-" }
}
