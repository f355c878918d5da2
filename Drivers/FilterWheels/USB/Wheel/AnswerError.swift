internal import Transports

/// An answer that makes no sense, of which the bytes are told.
struct AnswerError: Error, CustomStringConvertible {
    let description: String

    init(_ asked: String, _ answer: [UInt8], of connection: any USBConnection) {
        let bytes = answer.isEmpty ? "nothing" : Hexadecimal.text(answer)
        description = "\(connection.device) was asked for \(asked) and answered \(bytes)"
    }
}
