internal import Synchronization

/// The memory that frames take in this process: those on their way, and buffers kept for frames to come.
public enum FrameBytes {
    private static let count = Atomic(0)

    /// The number of bytes.
    public static var held: Int { count.load(ordering: .relaxed) }

    /// Counts memory for frames that was allocated, or with a negative number freed.
    public static func add(_ bytes: Int) { count.add(bytes, ordering: .relaxed) }
}
