import Pickle
import Testing

@testable import Pyro

/// The rule for the places that clients may have data sent to.
struct CallBackRuleTests {
    private func isPermitted(_ host: String, for client: String) -> Bool {
        CallBackRule.own.permits(.tcp(host: host, port: 9), for: .tcp(host: client, port: 50_000))
    }

    @Test func onlyToTheClientsOwnAddress() {
        #expect(isPermitted("192.0.2.7", for: "192.0.2.7"))
        #expect(isPermitted("192.0.2.7", for: "::ffff:192.0.2.7"))
        #expect(!isPermitted("192.0.2.8", for: "192.0.2.7"))
        #expect(!isPermitted("127.0.0.1", for: "192.0.2.7"))
        #expect(!isPermitted("localhost", for: "192.0.2.7"))
        #expect(!isPermitted("no.such.host.invalid", for: "192.0.2.7"))
    }

    @Test func toAnyAddressOfThisMachineForItsOwnClients() {
        for host in ["127.0.0.1", "127.0.1.1", "localhost"] { #expect(isPermitted(host, for: "127.0.0.1")) }
        #expect(!isPermitted("192.0.2.7", for: "127.0.0.1"))
        #expect(CallBackRule.own.permits(.unix(path: "/run/client"), for: .tcp(host: "127.0.0.1", port: 1)))
        #expect(!CallBackRule.own.permits(.unix(path: "/run/client"), for: .tcp(host: "192.0.2.7", port: 1)))
    }

    @Test func anywhereIfAllowedAndForClientsWithoutAnAddress() {
        #expect(CallBackRule.any.permits(.tcp(host: "192.0.2.7", port: 9), for: .tcp(host: "127.0.0.1", port: 1)))
        #expect(CallBackRule.own.permits(.tcp(host: "192.0.2.7", port: 9), for: nil))
    }
}
