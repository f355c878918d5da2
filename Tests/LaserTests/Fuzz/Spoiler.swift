/// Spoils bytes by chance, the same way with the same seed.
struct Spoiler {
    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func spoil(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        // Most answers pass, so that what comes after them is tried as well.
        guard Int.random(in: 0..<4, using: &random) == 0 else { return bytes }
        for _ in 0...Int.random(in: 0...3, using: &random) { change(&bytes) }
        return bytes
    }

    private mutating func change(_ bytes: inout [UInt8]) {
        let place = Int.random(in: 0...bytes.count, using: &random)
        let end = min(place + Int.random(in: 0...5, using: &random), bytes.count)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes.removeSubrange(place..<end)
        case 1: bytes.insert(contentsOf: bytes[place..<end], at: place)
        case 2: bytes.insert(UInt8.random(in: .min ... .max, using: &random), at: place)
        case 3 where place < bytes.count: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        default:
            let piece = KeptReplies.pieces.randomElement(using: &random) ?? ""
            bytes.replaceSubrange(place..<end, with: Array(piece.utf8))
        }
    }
}
