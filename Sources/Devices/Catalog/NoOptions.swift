/// The options of a driver that has none.
public struct NoOptions: Decodable, Sendable {
    public init() {}
    public init(from decoder: any Decoder) throws { _ = try decoder.container(keyedBy: NoKey.self) }

    private enum NoKey: CodingKey {}
}
