/// Memory that holds still and does not change while anybody has a hold on its owner, such as a camera's buffer.
public protocol ByteMemory: AnyObject, Sendable {
    var byteCount: Int { get }
    /// The memory itself, good for as long as the owner lives.
    @unsafe var bytes: UnsafeRawBufferPointer { get }
}
