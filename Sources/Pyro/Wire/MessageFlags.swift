/// The flags of a message, of which others than these mean nothing.
struct MessageFlags: OptionSet, Sendable {
    let rawValue: UInt16

    /// The payload is an exception to raise.
    static let exception = MessageFlags(rawValue: 1)
    /// The payload is one zlib stream.
    static let compressed = MessageFlags(rawValue: 2)
    /// No reply is wanted, whatever happens.
    static let oneway = MessageFlags(rawValue: 4)
    /// The payload holds several calls, or their results.
    static let batch = MessageFlags(rawValue: 8)
    /// Metadata is wanted, or included, when connecting.
    static let metadata = MessageFlags(rawValue: 16)
    /// The result is an iterator, to be asked for its items.
    static let itemStream = MessageFlags(rawValue: 32)
    /// The payload is to be handed on as it is.
    static let keepSerialized = MessageFlags(rawValue: 64)
}
