import Devices
import Platform
import SimulatedWorlds
import Testing

@testable import SDKCameras

/// Turns: one holder at a time, in one process as in several, since each has a file description of its own.
final class MachineTurnTests: Sendable {
    private let folder: String
    private let turn: MachineTurn

    init() throws {
        folder = try Files.makeFolder()
        turn = MachineTurn("test", in: [folder])
    }

    deinit { Files.remove(folder) }

    @Test func oneHasItAtATime() async throws {
        let (inside, most) = (Lock(0), Lock(0))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask { [turn] in
                    try turn.take(within: .seconds(30)) {
                        let count = inside.update { inside -> Int in
                            inside += 1
                            return inside
                        }
                        most.update { $0 = max($0, count) }
                        inside.update { $0 -= 1 }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(most.withLock { $0 } == 1)
    }

    @Test func waitHasALimitAndTheErrorNamesTheTurn() throws {
        try turn.take(within: .seconds(30)) {
            let error = #expect(throws: DeviceError.self) { try turn.take(within: .milliseconds(20)) {} }
            #expect(error?.message.hasPrefix("another program has had the turn test for ") == true)
        }
        try turn.take(within: .zero) {}
    }

    @Test func folderThatCannotBeUsedIsNamed() {
        let error = #expect(throws: DeviceError.self) {
            try MachineTurn("test", in: ["/proc"]).take(within: .zero) {}
        }
        #expect(error?.message.hasPrefix("the turn test cannot be taken: ") == true)
    }
}
