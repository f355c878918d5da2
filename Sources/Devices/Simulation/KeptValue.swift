internal import Glibc
internal import Pickle
internal import Platform

/// A value of a simulated device that outlives the process which drives it, as real hardware does.
///
/// It is for simulations whose state is more than a few numbers, which are ``SimulatedHardware``. The value is kept in a
/// file in the server's folder for simulated hardware. Without a server, or if the file cannot be used, nothing is kept.
public final class KeptValue<Value: Codable & Sendable>: Sendable {
    private let file: RecordFile?
    /// The value of a device that has just been switched on, without its times.
    private let initial: PythonValue
    /// The value that an earlier process has left; nil if there is none.
    public let found: Value?

    /// - Parameters:
    ///   - name: the name of the device, as in ``DriverContext/hardwareName``; empty for a device without a server.
    ///   - initial: the value of a device that has just been switched on. What a device with another initial value has
    ///     left is not used: its options have changed.
    ///   - folder: the server's folder for simulated hardware.
    public init(_ name: String, _ initial: Value, folder: String? = SimulatedHardwareFolder.current) {
        let path = name.isEmpty ? nil : folder.map { "\($0)/\(SimulatedHardware.fileName(name))" }
        file = path.flatMap { RecordFile($0) }
        self.initial = (try? PythonEncoder.value(of: initial, withTimes: false)) ?? .none
        let record = file?.bytes.flatMap { try? PickleReader.read($0[...]) }
        guard case .tuple(let parts)? = record, parts.count == 2, parts[0] == self.initial else {
            found = nil
            return
        }
        found = try? PythonDecoder.read(Value.self, from: parts[1])
    }

    /// Keeps a value for the next process.
    public func store(_ value: Value) {
        guard let file else { return }
        do {
            let record = PythonValue.tuple([initial, try PythonEncoder.value(of: value)])
            file.store(try PickleWriter.pickle(record).joined())
        } catch {
            // What was kept is no longer true.
            file.forget()
        }
    }
}

/// A file of one record: two places for it, and which of them is valid.
///
/// A process that is killed while it writes leaves the other place.
final class RecordFile: Sendable {
    private let file: Int32
    private let next: Lock<UInt64>

    /// The longest record.
    static let limit = 32 << 20
    private static let signature: UInt64 = 0x5349_4d52_4543_0001

    /// Opens or makes the file.
    init?(_ path: String) {
        let file = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { return nil }
        var status = stat()
        guard unsafe fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(file)
            return nil
        }
        self.file = file
        next = Lock(0)
        if let head { next.withLock { $0 = 1 - head.place } }
    }

    deinit { close(file) }

    /// The valid record.
    var bytes: [UInt8]? {
        guard let head else { return nil }
        var bytes = [UInt8](repeating: 0, count: head.count)
        let count = unsafe bytes.withUnsafeMutableBytes {
            unsafe pread(file, $0.baseAddress, $0.count, Self.offset(of: head.place))
        }
        return count == head.count ? bytes : nil
    }

    /// Replaces the record; forgets it if the new one cannot be written.
    func store(_ bytes: [UInt8]) {
        next.withLock { place in
            guard bytes.count <= Self.limit else { return writeHead([0, 0, 0]) }
            let count = unsafe bytes.withUnsafeBytes {
                unsafe pwrite(file, $0.baseAddress, $0.count, Self.offset(of: place))
            }
            guard count == bytes.count else { return writeHead([0, 0, 0]) }
            writeHead([Self.signature, place, UInt64(bytes.count)])
            place = 1 - place
        }
    }

    func forget() { next.withLock { _ in writeHead([0, 0, 0]) } }

    /// The place and the length of the valid record.
    private var head: (place: UInt64, count: Int)? {
        var words = [UInt64](repeating: 0, count: 3)
        let count = unsafe words.withUnsafeMutableBytes { unsafe pread(file, $0.baseAddress, $0.count, 0) }
        guard count == 24, words[0] == Self.signature, words[1] < 2, words[2] <= UInt64(Self.limit) else { return nil }
        return (words[1], Int(words[2]))
    }

    private func writeHead(_ words: [UInt64]) {
        _ = unsafe words.withUnsafeBytes { unsafe pwrite(file, $0.baseAddress, $0.count, 0) }
    }

    /// The file has holes between the places.
    private static func offset(of place: UInt64) -> Int { 4096 + Int(place) * limit }
}
