internal import Pickle

extension ReceivedMessage {
    /// The payload, or why it cannot be read.
    var bytes: ArraySlice<UInt8> {
        get throws(PythonException) {
            switch payload {
            case .bytes(let bytes): return bytes
            case .damaged(let text): throw .pyro("PyroError", text)
            }
        }
    }

    /// An answer with this message's numbers and, if it has one, its correlation id.
    func reply(_ type: MessageType, _ flags: MessageFlags = []) -> Message {
        var reply = Message(type: type, flags: flags, sequence: header.sequence, serializer: header.serializer)
        if !annotations.isEmpty, let id = annotations["CORR"], id.count == 16 { reply.annotations["CORR"] = id }
        return reply
    }
}
