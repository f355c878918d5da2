internal import Glibc

/// Memory that two processes share: what one of them has written stays when it is killed.
///
/// It has no name. A process that has the descriptor can map it, and it is freed with the last descriptor and mapping.
// Why unchecked: words are written and read as a whole, and each has one writer at a time.
@safe public final class SharedMemory: @unchecked Sendable {
    /// The descriptor to hand to another process.
    public let descriptor: Int32
    private let memory: UnsafeMutableRawBufferPointer

    /// Makes memory that is filled with zeros.
    public static func make(byteCount: Int) throws(SystemError) -> SharedMemory {
        let name = "/device-server-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        let file = unsafe shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0o600)
        guard file >= 0 else { throw SystemError("cannot make shared memory") }
        _ = unsafe shm_unlink(name)
        // Reserved, since a write to a mapping without room behind it ends the process.
        let code = posix_fallocate(file, 0, byteCount)
        guard code == 0 else {
            close(file)
            throw SystemError("cannot make shared memory", code: code)
        }
        return try SharedMemory(descriptor: file)
    }

    /// Maps the memory of a descriptor, which is closed in the end, or at once if that fails.
    public init(descriptor: Int32) throws(SystemError) {
        var status = stat()
        var mapping: UnsafeMutableRawPointer?
        if unsafe fstat(descriptor, &status) == 0 {
            unsafe mapping = mmap(nil, Int(status.st_size), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
        }
        guard let mapping = unsafe mapping, unsafe mapping != MAP_FAILED else {
            let error = SystemError("cannot map shared memory")
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
        unsafe memory = UnsafeMutableRawBufferPointer(start: mapping, count: Int(status.st_size))
    }

    deinit {
        _ = unsafe munmap(memory.baseAddress, memory.count)
        close(descriptor)
    }

    public var byteCount: Int { unsafe memory.count }

    /// An integer at a place that is divisible by its size; zero beyond the end, where nothing is written.
    public subscript(word place: Int) -> Int {
        get {
            guard hasWord(at: place) else { return 0 }
            return unsafe memory.load(fromByteOffset: place, as: Int.self)
        }
        set {
            guard hasWord(at: place) else { return }
            unsafe memory.storeBytes(of: newValue, toByteOffset: place, as: Int.self)
        }
    }

    private func hasWord(at place: Int) -> Bool {
        let size = MemoryLayout<Int>.size
        return place >= 0 && place % size == 0 && place <= byteCount - size
    }

    /// The bytes of a range, which ends at the end of the memory at the latest.
    public func bytes(in range: Range<Int>) -> [UInt8] {
        unsafe Array(memory[range.clamped(to: 0..<byteCount)])
    }

    /// Writes bytes, as far as they fit.
    public func write(_ bytes: [UInt8], at place: Int) {
        for (index, byte) in bytes.enumerated() where (0..<byteCount).contains(place + index) {
            unsafe memory[place + index] = byte
        }
    }
}
