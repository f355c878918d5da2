/// What a message is for.
enum MessageType: UInt16, Sendable {
    case connect = 1, connectOK, connectFail, invoke, result, ping
}
