/// Made-up cells, and how each of a specimen's channels shows them: nuclei, then bodies, then dots, then nuclei again.
struct Cells {
    private let width, height: Int
    private let seed: Int
    private let bodies: [Spot]

    init(on size: (width: Int, height: Int), seed: Int) {
        (width, height) = size
        self.seed = seed
        var random = SeededRandom(seed)
        bodies = (0..<max(1, width * height / 10_000)).map { _ in
            let length = Double.random(in: 25...45, using: &random)
            return Spot(
                x: .random(in: 0..<Double(size.width), using: &random),
                y: .random(in: 0..<Double(size.height), using: &random),
                length: length,
                breadth: length * .random(in: 0.6...1, using: &random),
                angle: .random(in: 0..<Double.pi, using: &random),
                brightness: .random(in: 40...90, using: &random)
            )
        }
    }

    func channels(_ count: Int) -> [[UInt8]] {
        (0..<count).map { channel in
            var random = SeededRandom(seed &+ channel &+ 1)
            var pixels = [UInt8](repeating: 8, count: width * height)
            for body in bodies {
                for spot in Self.parts(of: body, channel, &random) { spot.paint(on: &pixels, width, height) }
            }
            return pixels
        }
    }

    /// What a channel shows of a cell.
    private static func parts(of body: Spot, _ channel: Int, _ random: inout SeededRandom) -> [Spot] {
        // Cells take up the stain differently.
        let stain = Double.random(in: 0.5...1.5, using: &random)
        switch channel % 3 {
        case 0: return [body.part(at: (0.1, 0.1), size: 0.4, brightness: 2 * stain)]
        case 1: return [body.part(at: (0, 0), size: 1, brightness: stain)]
        default:
            return (0..<12).map { _ in
                let along = Double.random(in: -0.5...0.5, using: &random)
                let across = Double.random(in: -0.5...0.5, using: &random)
                return body.part(at: (along, across), size: 0.1, brightness: 2 * stain)
            }
        }
    }
}
