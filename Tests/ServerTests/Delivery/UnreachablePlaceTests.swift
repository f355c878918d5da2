import Devices
import Pickle
import Pyro
import Testing

@testable import Server

struct UnreachablePlaceTests {
    private let elsewhere = Endpoint.tcp(host: "203.0.113.9", port: 40_000)

    @Test(arguments: ["127.0.0.1", "127.0.1.1", "::1", "::ffff:127.0.1.1", "localhost", "LocalHost"])
    func aLoopbackAddressOfAnotherComputerIsRefused(host: String) throws {
        let error = UnreachablePlace.error(for: .tcp(host: host, port: 9000), of: elsewhere)
        #expect(try #require(error).message.contains("/etc/hosts"))
    }

    @Test(arguments: ["203.0.113.9", "127.example.org", "127.0.0.1.example.org", "192.168.7.127"])
    func otherAddressesAreTaken(host: String) {
        #expect(UnreachablePlace.error(for: .tcp(host: host, port: 9000), of: elsewhere) == nil)
    }

    @Test func clientsOfThisComputerMayUseIt() {
        let place = Endpoint.tcp(host: "127.0.1.1", port: 9000)
        #expect(UnreachablePlace.error(for: place, of: .tcp(host: "127.0.0.1", port: 40_000)) == nil)
        #expect(UnreachablePlace.error(for: place, of: nil) == nil)
    }
}
