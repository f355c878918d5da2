import Pickle
import Testing

@testable import Pyro

@Suite struct SignatureTests {
    @Test func recordedSignaturesAreThoseOfTheKey() throws {
        var count = 0
        for message in try RecordedMessages.session("hmac") {
            let header = try MessageHeader(message.bytes.prefix(24), maximumLength: 1 << 20)
            let body = message.bytes.dropFirst(24)
            let annotations = try Annotations(body.prefix(header.annotationsLength))
            guard let signature = annotations[Signature.id] else { continue }
            let payload = [Bytes(body.dropFirst(header.annotationsLength))]
            #expect(Signature.isValid(signature, of: payload, annotations, key: Array("secret key".utf8)))
            #expect(!Signature.isValid(signature, of: payload, annotations, key: Array("secret kez".utf8)))
            count += 1
        }
        #expect(count >= 4)
    }
}
