internal import Glibc

/// The name of a feature, as the SDK takes it: made once, since making it costs more than most calls.
struct AndorFeature: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    let name: String
    let wide: [wchar_t]

    init(_ name: String) {
        self.name = name
        wide = name.unicodeScalars.map { wchar_t($0.value) } + [0]
    }

    init(stringLiteral name: String) { self.init(name) }

    var description: String { name }

    static let softwareTrigger: Self = "SoftwareTrigger"

    static func == (left: Self, right: Self) -> Bool { left.name == right.name }
    func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
