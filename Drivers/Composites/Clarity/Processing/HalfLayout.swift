/// How the two halves of the light lie on the sensor: side by side, one of them as in a mirror.
public struct HalfLayout: Sendable, Hashable {
    /// Which half has the light that passed the disk; the other one has what the disk reflected.
    public enum Side: String, Sendable, Decodable, CaseIterable { case left, right }
    /// What of the reflected half is the other way round.
    public enum Mirror: String, Sendable, Decodable, CaseIterable { case horizontal, vertical, both, none }

    public var transmitted: Side
    public var mirror: Mirror

    public init(transmitted: Side = .left, mirror: Mirror = .horizontal) {
        (self.transmitted, self.mirror) = (transmitted, mirror)
    }

    /// The first column of the transmitted half, where a half has that width.
    func directStart(_ width: Int) -> Int { transmitted == .left ? 0 : width }
    func reflectedStart(_ width: Int) -> Int { transmitted == .left ? width : 0 }
    var flipsColumns: Bool { mirror == .horizontal || mirror == .both }
    var flipsRows: Bool { mirror == .vertical || mirror == .both }
}
