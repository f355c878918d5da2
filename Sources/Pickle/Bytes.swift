/// Bytes that are shared, never copied: a stretch of a message, or memory that a device filled.
public struct Bytes: Sendable {
    private enum Storage: Sendable {
        case array(ArraySlice<UInt8>)
        case memory(any ByteMemory)
    }

    private let storage: Storage

    public init() { self.init([]) }
    public init(_ array: [UInt8]) { storage = .array(array[...]) }
    /// A stretch of a larger array, which it keeps alive.
    public init(_ slice: ArraySlice<UInt8>) { storage = .array(slice) }
    /// Memory that somebody else made, for as long as it is wanted.
    public init(_ memory: any ByteMemory) { storage = .memory(memory) }

    public var count: Int {
        switch storage {
        case .array(let slice): slice.count
        case .memory(let memory): memory.byteCount
        }
    }

    public var isEmpty: Bool { count == 0 }

    public func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        switch storage {
        case .array(let slice):
            // The standard library's function rethrows untyped, so the result is carried out by hand.
            let result = unsafe slice.withUnsafeBytes { bytes in
                Swift.Result { () throws(Failure) in try unsafe body(bytes) }
            }
            return try result.get()
        case .memory(let memory):
            return try unsafe body(memory.bytes)
        }
    }

    /// A copy of its own.
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
