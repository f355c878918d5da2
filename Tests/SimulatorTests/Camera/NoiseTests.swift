import Testing

@testable import Simulators

struct NoiseTests {
    @Test(arguments: [(0, 255), (20, 30), (31, 128), (7, 8)])
    func levelsAreAllThoseThatWereAskedForAndNoOthers(low: UInt16, high: UInt16) {
        var noise = Noise()
        var found: Set<UInt16> = []
        for _ in 0..<1000 {
            let levels = noise.levels(from: low, to: high)
            found.formUnion(levels.indices.map { levels[$0] })
        }
        #expect(found == Set(low..<high))
    }
}
