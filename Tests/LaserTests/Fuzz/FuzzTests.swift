import Testing

/// Whatever a device answers, its driver ends each call with a value or an error, and never with a trap.
struct FuzzTests {
    @Test(arguments: LaserKind.all) func keptAnswersNeverTrap(kind: LaserKind) throws {
        let bench = try kind.makeBench()
        for answer in KeptReplies.answers {
            let bytes = (answer + KeptReplies.ending).unicodeScalars.map { UInt8(exactly: $0.value) ?? 0x3F }
            bench.exercise { _ in bytes }
        }
    }

    @Test(arguments: LaserKind.all) func spoiltAnswersNeverTrap(kind: LaserKind) throws {
        let bench = try kind.makeBench()
        for seed in 0..<100 {
            var spoiler = Spoiler(seed: UInt64(seed))
            bench.exercise { spoiler.spoil($0) }
        }
    }

    @Test(arguments: LaserKind.all) func settingsAreReadWithoutTraps(kind: LaserKind) throws {
        let bench = try kind.makeBench()
        for seed in 0..<20 { try bench.readSettings(seed: UInt64(seed)) }
    }
}
