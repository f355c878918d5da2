/// An assembler of pickles for tests, instruction by instruction: `[.proto(4), .text("a"), .code(0x2E)]`.
enum PickleStep {
    case proto(UInt8)
    case code(UInt8)
    case byte(UInt8)
    case text(String)
    case bytes([UInt8])
    case global(String, String)
    case get(UInt8)
    case put(UInt8)
    case stop

    private var encoded: [UInt8] {
        switch self {
        case .proto(let number): [0x80, number]
        case .code(let code): [code]
        case .byte(let number): [0x4B, number]
        case .text(let text): [0x58] + Self.length(text.utf8.count) + Array(text.utf8)
        case .bytes(let bytes): [0x42] + Self.length(bytes.count) + bytes
        case .global(let module, let name): [0x63] + Array("\(module)\n\(name)\n".utf8)
        case .get(let key): [0x68, key]
        case .put(let key): [0x71, key]
        case .stop: [0x2E]
        }
    }

    private static func length(_ count: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } }

    static func pickle(_ steps: [PickleStep]) -> ArraySlice<UInt8> { steps.flatMap(\.encoded)[...] }
}
