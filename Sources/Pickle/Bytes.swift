/// Bytes that are shared instead of copied: part of a message, or memory that a device filled.
public struct Bytes: Sendable {
    private enum Storage: Sendable {
        case array(ArraySlice<UInt8>)
        case memory(any ByteMemory)
    }

    private let storage: Storage

    public init() { self.init([]) }
    public init(_ array: [UInt8]) { storage = .array(array[...]) }
    /// Part of a larger array, which stays alive as long as the bytes are used.
    public init(_ slice: ArraySlice<UInt8>) { storage = .array(slice) }
    /// Memory of another owner, which stays alive as long as the bytes are used.
    public init(_ memory: any ByteMemory) { storage = .memory(memory) }

    public var count: Int {
        switch storage {
        case .array(let slice): slice.count
        case .memory(let memory): memory.byteCount
        }
    }

    public var isEmpty: Bool { count == 0 }

    /// The memory of another owner that holds the bytes, if they are not in an array.
    public var memory: (any ByteMemory)? { if case .memory(let memory) = storage { memory } else { nil } }

    public func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        switch storage {
        case .array(let slice):
            // The standard library's function loses the error's type, so the error is returned in a `Result`.
            let result = unsafe slice.withUnsafeBytes { bytes in
                Swift.Result { () throws(Failure) in try unsafe body(bytes) }
            }
            return try result.get()
        case .memory(let memory):
            return try unsafe body(memory.bytes)
        }
    }

    /// A copy of the bytes.
    public var array: [UInt8] {
        switch storage {
        case .array(let slice): Array(slice)
        case .memory(let memory): unsafe Array(memory.bytes)
        }
    }
}

extension Bytes: Hashable {
    public static func == (left: Bytes, right: Bytes) -> Bool {
        unsafe left.withUnsafeBytes { left in unsafe right.withUnsafeBytes { unsafe left.elementsEqual($0) } }
    }

    public func hash(into hasher: inout Hasher) {
        unsafe withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    }
}

extension Bytes: ExpressibleByArrayLiteral {
    public init(arrayLiteral elements: UInt8...) { self.init(elements) }
}

/// Memory that neither moves nor changes while its owner is referenced, such as a camera's buffer.
public protocol ByteMemory: AnyObject, Sendable {
    var byteCount: Int { get }
    /// The memory itself, valid as long as the owner lives.
    @unsafe var bytes: UnsafeRawBufferPointer { get }
}

/// Bytes to send: short pieces are gathered, long ones stay where they are in memory.
public struct Segments: Sendable {
    /// The length from which a piece stays where it is instead of being copied.
    public static let separateFrom = 4096

    private var finished: [Bytes] = []
    private var finishedCount = 0
    private var running: [UInt8] = []

    /// Empty, with room for a typical message.
    public init() { running.reserveCapacity(256) }

    /// Empty and without room: a placeholder.
    init(withoutRoom: Void) {}

    /// The pieces in order.
    public var parts: [Bytes] { running.isEmpty ? finished : finished + [Bytes(running)] }

    public var byteCount: Int { finishedCount + running.count }

    public mutating func append(_ byte: UInt8) { running.append(byte) }

    public mutating func append(contentsOf bytes: some Sequence<UInt8>) { running.append(contentsOf: bytes) }

    public mutating func append(_ bytes: Bytes) {
        guard bytes.count >= Self.separateFrom else {
            unsafe bytes.withUnsafeBytes { unsafe running.append(contentsOf: $0) }
            return
        }
        if !running.isEmpty {
            finished.append(Bytes(running))
            finishedCount += running.count
            running = []
        }
        finished.append(bytes)
        finishedCount += bytes.count
    }

    public mutating func append(littleEndian value: some FixedWidthInteger) {
        for index in 0..<value.bitWidth / 8 { running.append(UInt8(truncatingIfNeeded: value >> (8 * index))) }
    }

    public mutating func append(bigEndian value: some FixedWidthInteger) { append(littleEndian: value.byteSwapped) }

    /// A copy of all bytes in one array.
    public func joined() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount)
        for part in parts { unsafe part.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) } }
        return bytes
    }
}
