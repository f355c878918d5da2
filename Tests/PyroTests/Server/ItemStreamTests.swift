import Pickle
import Testing

@testable import Pyro

@Suite struct ItemStreamTests {
    private final class Numbers: ItemSource {
        func next() throws -> PythonValue? { 1 }
    }

    private static let terminated = PythonException.pyro("PyroError", "item stream terminated")

    @Test func aClientThatComesBackInTimeGoesOn() throws {
        let streams = ItemStreams(linger: .seconds(60), lifetime: nil)
        let id = try streams.open(Numbers(), for: 1)
        streams.connectionEnded(1)
        #expect(try streams.next(of: id, for: 2) == 1)
        // It is the other connection's now.
        streams.connectionEnded(1)
        #expect(try streams.next(of: id, for: 2) == 1)
    }

    @Test func aClientThatComesTooLateDoesNot() throws {
        let streams = ItemStreams(linger: .zero, lifetime: nil)
        let id = try streams.open(Numbers(), for: 1)
        #expect(try streams.next(of: id, for: 1) == 1)
        streams.connectionEnded(1)
        #expect(throws: Self.terminated) { try streams.next(of: id, for: 2) }
    }

    @Test func aStreamEndsWithItsLifetime() throws {
        let streams = ItemStreams(linger: .seconds(60), lifetime: .zero)
        let id = try streams.open(Numbers(), for: 1)
        #expect(throws: Self.terminated) { try streams.next(of: id, for: 1) }
    }
}
