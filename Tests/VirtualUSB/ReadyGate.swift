import Glibc

/// The node of a device, made so that a program that polls it wakes up when a transfer has ended.
///
/// libusb waits until it may write. A plain file can always be written, so that libusb would never sleep; a pipe that is
/// kept full cannot.
final class ReadyGate {
    private let file: Int32
    private var isFull = false

    init(at path: String) throws(TestbedError) {
        unsafe unlink(path)
        guard unsafe mkfifo(path, 0o666) == 0, unsafe chmod(path, 0o666) == 0 else {
            throw TestbedError("mkfifo", errno)
        }
        // Opened by another name, since no other program has the device open.
        let other = "\(path)-gate"
        guard unsafe link(path, other) == 0 else { throw TestbedError("link \(other)", errno) }
        file = unsafe open(other, O_RDWR | O_NONBLOCK | O_CLOEXEC)
        unsafe unlink(other)
        guard file >= 0 else { throw TestbedError("open \(path)", errno) }
        // One page, the least there is. F_SETPIPE_SZ is beyond what Glibc shows to Swift.
        _ = fcntl(file, 1031, 4096)
        set(isReady: false)
    }

    deinit { close(file) }

    func set(isReady: Bool) {
        guard isReady == isFull else { return }
        var byte: UInt8 = 0
        let count = isReady ? unsafe read(file, &byte, 1) : unsafe write(file, &byte, 1)
        if count == 1 { isFull.toggle() }
    }
}
