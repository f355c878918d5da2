import Glibc
import Testing

@testable import Server

@Suite struct ServiceNotifierTests {
    @Test func messagesArriveAtAFile() async throws {
        let folder = try TemporaryFolder()
        let socket = try ServiceSocket("\(folder.path)/notify")
        #expect(try socket.notifier().send("READY=1", "STATUS=all is well"))
        #expect(await socket.next() == ["READY=1", "STATUS=all is well"])
    }

    @Test func messagesArriveAtANameThatIsNoFile() async throws {
        let socket = try ServiceSocket("@device-server test \(getpid())")
        #expect(try socket.notifier().send("WATCHDOG=1"))
        #expect(await socket.next() == ["WATCHDOG=1"])
    }

    @Test func oneAssignmentStaysOneLine() async throws {
        let socket = try ServiceSocket("@device-server lines \(getpid())")
        #expect(try socket.notifier().send("STATUS=one\nREADY=1"))
        #expect(await socket.next() == ["STATUS=one READY=1"])
    }

    @Test func aSocketThatIsGoneIsNoError() throws {
        let notifier = try ServiceSocket("@device-server gone \(getpid())").notifier()
        #expect(!notifier.send("READY=1"))
    }

    @Test func aFullQueueIsNotWaitedFor() throws {
        let socket = try ServiceSocket("@device-server full \(getpid())")
        let notifier = try socket.notifier()
        let sent = (0..<100_000).prefix { _ in notifier.send("WATCHDOG=1") }.count
        #expect(sent > 0 && sent < 100_000)
        #expect(socket.arrived.count == sent)
    }

    @Test(arguments: [nil, "", "relative", "@", "/" + String(repeating: "x", count: 108)])
    func withoutAnAddressThereIsNoNotifier(_ name: String?) {
        #expect(ServiceNotifier { $0 == "NOTIFY_SOCKET" ? name : nil } == nil)
    }

    @Test func theWatchdogIsTheOneOfThisProcess() throws {
        let socket = try ServiceSocket("@device-server watchdog \(getpid())")
        func limit(_ variables: [String: String]) throws -> Duration? { try socket.notifier(variables).watchdogLimit }
        #expect(try limit([:]) == nil)
        #expect(try limit(["WATCHDOG_USEC": "20000000"]) == .seconds(20))
        #expect(try limit(["WATCHDOG_USEC": "20000000", "WATCHDOG_PID": "\(getpid())"]) == .seconds(20))
        #expect(try limit(["WATCHDOG_USEC": "20000000", "WATCHDOG_PID": "1"]) == nil)
        for odd in ["", "0", "-1", "soon", "99999999999999999999"] {
            #expect(try limit(["WATCHDOG_USEC": odd]) == nil)
        }
    }
}
