import Glibc
import Platform
public import Transports

/// A simulated device at a port of `vhci_hcd`, the kernel's virtual host controller, visible to the kernel's drivers, udev
/// and every program.
///
/// It speaks USB/IP with the kernel over a socket, and needs root and that module.
public final class KernelUSBDevice: Sendable {
    private let model: any SimulatedUSBDevice
    private let port: Int
    private let socket: Int32
    /// Transfers that wait until the device has something to send.
    private let pending = Lock<[Submission]?>([])

    private static let controller = "/sys/devices/platform/vhci_hcd.0"

    /// A USB/IP header, of the same length for every message: 32-bit numbers, most significant byte first.
    private struct Submission {
        let number: UInt32
        let isIn: Bool
        let endpoint: UInt8
        let length: Int
        let setup: [UInt8]
    }

    /// Plugs the device in at one of the controller's ports, counted from 0.
    public init(_ model: any SimulatedUSBDevice, at port: Int) throws(TestbedError) {
        self.model = model
        self.port = port
        model.powerUp()
        var pair: [Int32] = [-1, -1]
        guard unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &pair) == 0 else {
            throw TestbedError("socketpair", errno)
        }
        socket = pair[0]
        // The port, the socket, the number that the other side knows, and the speed: full.
        try Self.write("\(port) \(pair[1]) \(port + 1) 2", to: "attach")
        close(pair[1])
        BlockingThread.startEventually("vhci") { [self] in serve() }
        BlockingThread.startEventually("vhci pump") { [self] in pump() }
    }

    public func unplug() throws(TestbedError) { try Self.write("\(port)", to: "detach") }

    private static func write(_ text: String, to name: String) throws(TestbedError) {
        let file = unsafe open("\(controller)/\(name)", O_WRONLY | O_CLOEXEC)
        defer { close(file) }
        let count = unsafe Array(text.utf8).withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
        guard file >= 0, count == text.utf8.count else { throw TestbedError("write \(controller)/\(name)", errno) }
    }

    // MARK: Transfers

    private enum Command: UInt32 { case submit = 1, unlink, submitted, unlinked }

    private func serve() {
        while let header = receive(48) {
            let number: (Int) -> UInt32 = { header[$0..<$0 + 4].reduce(0) { $0 << 8 | UInt32($1) } }
            switch Command(rawValue: number(0)) {
            case .submit:
                let submission = Submission(
                    number: number(4),
                    isIn: number(12) == 1,
                    endpoint: UInt8(truncatingIfNeeded: number(16)),
                    length: min(Int(number(24)), 1 << 20),
                    setup: Array(header[40..<48])
                )
                guard let bytes = submission.isIn ? [] : receive(submission.length) else { break }
                take(submission, bytes)
            case .unlink: unlink(number(20), answering: number(4))
            default: break
            }
        }
        pending.update { $0 = nil }
        close(socket)
    }

    private func take(_ submission: Submission, _ bytes: [UInt8]) {
        if submission.endpoint == 0 {
            control(submission, bytes)
        } else if submission.isIn {
            pending.update { $0?.append(submission) }
        } else {
            let isTaken = model.receive(bytes, at: submission.endpoint)
            answer(submission, status: isTaken ? 0 : -EPIPE, count: isTaken ? bytes.count : 0)
        }
    }

    private func control(_ submission: Submission, _ bytes: [UInt8]) {
        guard let setup = SetupPacket(submission.setup), let reply = model.answer(setup.request, bytes) else {
            return answer(submission, status: -EPIPE, count: 0)
        }
        let sent = submission.isIn ? Array(reply.prefix(min(submission.length, setup.length))) : []
        answer(submission, status: 0, count: submission.isIn ? sent.count : bytes.count, sent)
    }

    /// Fetches the device's output while a transfer waits for it.
    private func pump() {
        while true {
            let goesOn: Bool? = pending.wait { pending in
                guard let pending else { return false }
                return pending.isEmpty ? nil : true
            }
            guard goesOn == true else { return }
            pending.withLock { pending in
                pending = pending?.filter { submission in
                    switch model.send(from: submission.endpoint | 0x80) {
                    case .nothing: return true
                    case .stalled: answer(submission, status: -EPIPE, count: 0)
                    case .bytes(let bytes):
                        let sent = Array(bytes.prefix(submission.length))
                        answer(submission, status: 0, count: sent.count, sent)
                    }
                    return false
                }
            }
            Pause.wait(for: .milliseconds(1))
        }
    }

    private func unlink(_ number: UInt32, answering unlinking: UInt32) {
        let wasWaiting = pending.withLock { pending in
            let count = pending?.count
            pending?.removeAll { $0.number == number }
            return pending?.count != count
        }
        send([Command.unlinked.rawValue, unlinking, 0, 0, 0, UInt32(bitPattern: wasWaiting ? -ECONNRESET : 0)])
    }

    private func answer(_ submission: Submission, status: Int32, count: Int, _ bytes: [UInt8] = []) {
        let head = [Command.submitted.rawValue, submission.number, 0, 0, 0, UInt32(bitPattern: status), UInt32(count)]
        send(head, bytes)
    }

    // MARK: The socket

    private func send(_ numbers: [UInt32], _ bytes: [UInt8] = []) {
        let head = (numbers + [UInt32](repeating: 0, count: 12 - numbers.count)).flatMap { number in
            stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> UInt32($0)) }
        }
        let message = head + bytes
        _ = unsafe message.withUnsafeBytes { unsafe Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }

    private func receive(_ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let received = unsafe bytes.withUnsafeMutableBytes { room in
                unsafe recv(socket, room.baseAddress.map { unsafe $0 + done }, count - done, 0)
            }
            guard received > 0 else { return nil }
            done += received
        }
        return bytes
    }
}
