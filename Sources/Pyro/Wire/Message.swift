internal import Pickle

/// A message that came in, its payload inflated but not decoded.
struct ReceivedMessage: Sendable {
    var header: MessageHeader
    var annotations: Annotations
    var payload: Payload

    enum Payload: Sendable {
        case bytes(ArraySlice<UInt8>)
        /// It said that it was compressed, and could not be inflated: an error for the caller, not for the connection.
        case damaged(String)
    }
}

/// A message to send.
struct Message: Sendable {
    var type: MessageType
    var flags: MessageFlags = []
    var sequence: UInt16
    var serializer: UInt16
    var annotations = Annotations()
    var payload = Segments()
}
