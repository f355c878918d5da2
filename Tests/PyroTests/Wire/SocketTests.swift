import Glibc
import Pickle
import Testing

@testable import Pyro

/// Two ends of a connection through the loopback device.
private struct Ends {
    let near, far: Socket

    init() throws {
        let listener = try Socket(listeningAt: .tcp(host: "127.0.0.1", port: 0))
        near = try Socket.connect(to: try #require(listener.localEndpoint), within: .seconds(5))
        far = try #require(try listener.accept())
    }
}

struct SocketTests {
    @Test func callsGoAheadOfImages() throws {
        let ends = try Ends()
        ends.near.preferAsCalls()
        ends.far.yieldAsBulk()
        let (calls, images) = (ends.near.option(SOL_SOCKET, SO_PRIORITY), ends.far.option(SOL_SOCKET, SO_PRIORITY))
        #expect(calls == 6)
        #expect(images == 2)
        #expect(ends.near.option(Int32(IPPROTO_IP), IP_TOS) == 0x10)
        #expect(ends.far.option(Int32(IPPROTO_TCP), TCP_NOTSENT_LOWAT) == 128 << 10)
    }

    @Test func anEndThatTakesNothingIsGivenUpAfterTheLimitAndWhatItConfirmedIsKnown() throws {
        let ends = try Ends()
        ends.near.limitWriting(to: .milliseconds(300), watchingNetwork: true)
        let megabytes = [Bytes([UInt8](repeating: 1, count: 64 << 20))]
        let begin = ContinuousClock.now
        #expect(throws: MessageError.timedOut) { try ends.near.write(megabytes) }
        #expect(.now - begin >= .milliseconds(300))
        #expect(ends.near.written > 0)
        #expect(ends.near.acknowledged > 0)
        #expect(ends.near.acknowledged <= ends.near.written)
        // Its machine answers, though the program does not read.
        #expect(ends.near.networkAnswers)
        withExtendedLifetime(ends.far) {}
    }

    @Test func confirmedBytesAreKnownAfterTheOtherEndHasGone() throws {
        let ends = try Ends()
        try ends.near.write([1, 2, 3])
        var bytes = [UInt8](repeating: 0, count: 8)
        #expect(try ends.far.read(into: &bytes, from: 0, upTo: 3) == 3)
        ends.far.discardUnsent()
        ends.far.shutDown()
        #expect(ends.near.written == 3)
        #expect(ends.near.acknowledged == 3)
    }

    @Test func theAddressesOfThisMachineAreKnown() {
        #expect(Endpoint.isOfThisMachine("127.0.0.1"))
        #expect(Endpoint.isOfThisMachine("127.0.1.1"))
        #expect(!Endpoint.isOfThisMachine("203.0.113.9"))
        #expect(!Endpoint.isOfThisMachine("localhost"))
    }
}
