import CVideo4Linux
import Devices
import Glibc
import Platform
import Testing
import Transports

@testable import V4L2

/// The agreement of driver and kernel: on records, codes, and the folder in which the kernel lists cameras.
struct KernelTests {
    @Test func requestsHaveTheNumbersOfTheKernel() {
        // Of the machines that this runs on, all with addresses of 64 bits.
        #expect(VideoRequest.capabilities.number == 0x8068_5600)
        #expect(VideoRequest.setFormat.number == 0xc0d0_5605)
        #expect(VideoRequest.dequeue.number == 0xc058_5611)
        #expect(VideoRequest.controlInfo.number == 0xc0e8_5667)
        #expect(VideoRequest.intervals.number == 0xc034_564b)
        // The size is part of the number.
        for request in [VideoRequest.capabilities, .formats, .format, .sizes, .intervals, .parameters, .menu, .buffer] {
            #expect(Int(request.number >> 16 & 0x3fff) == request.byteCount)
        }
    }

    @Test func recordsAreReadWithinTheirBounds() {
        var record = VideoRecord(byteCount: 12)
        record[4] = 0xdead_beef
        record[10] = 7
        #expect(record[4] == 0xdead_beef)
        #expect(record[10] == 0 && record[-4] == 0 && record[long: 8] == 0)
        record.setText("uvcvideo", at: 0, 4)
        #expect(record.text(at: 0, 4).hasPrefix("uvc"))
        #expect(record.text(at: 40, 4) == "")
    }

    @Test(arguments: ["YUYV", "GREY", "Y10", "Y16", "MJPG"]) func codesAreTexts(text: String) {
        #expect(FourCC(text).description == text)
    }

    @Test func codesAreThoseOfTheKernel() {
        #expect(FourCC("YUYV").code == 0x5659_5559)
        #expect(FourCC("Y10").code == 0x2030_3159)
        #expect(FourCC("Y16").bigEndian.code == 0xa036_3159)
        #expect(Set(VideoFormat.all.map(\.code)).count == VideoFormat.all.count)
    }

    @Test func intervalsOfMostRatesAreWhole() {
        #expect(VideoInterval(1, 30)?.ticks == 333_333)
        #expect(VideoInterval(333_333, 10_000_000)?.description == "30 images/s")
        #expect(VideoInterval(1001, 30_000)?.description == "30 images/s")
        #expect(VideoInterval(2, 15)?.description == "7.5 images/s")
        #expect(VideoInterval(1, 0) == nil)
    }

    @Test func namesAreThoseOfV4L2Ctl() {
        func name(_ text: String) -> String {
            var record = VideoRequest.controlInfo.record
            record.setText(text, at: 8, 32)
            return VideoControl(record).settingName
        }
        #expect(name("White Balance, Automatic") == "white_balance_automatic")
        #expect(name("Exposure Time, Absolute") == "exposure_time_absolute")
        #expect(name("Zoom, Absolute ") == "zoom_absolute")
    }

    /// Pixels of 10 and 12 bits in five bytes for four, and three bytes for two.
    @Test func packedPixelsAreUnpacked() {
        let ten: [UInt8] = [0x01, 0x40, 0x80, 0xff, 0b11_10_01_00, 0xaa, 0, 0, 0, 0b11]
        #expect(unpacked(ten, bits: 10, from: 0, count: 5) == [0x004, 0x101, 0x202, 0x3ff, 0x2ab])
        #expect(unpacked(ten, bits: 10, from: 2, count: 3) == [0x202, 0x3ff, 0x2ab])
        let twelve: [UInt8] = [0x12, 0xab, 0xc3, 0xff, 0x00, 0x0f]
        #expect(unpacked(twelve, bits: 12, from: 0, count: 4) == [0x123, 0xabc, 0xfff, 0x000])
    }

    private func unpacked(_ bytes: [UInt8], bits: UInt32, from left: Int, count: Int) -> [UInt16] {
        var pixels = [UInt16](repeating: 0, count: count)
        unsafe bytes.withUnsafeBufferPointer { bytes in
            var part = unsafe video_part(
                image: bytes.baseAddress,
                row: bytes.count,
                image_height: 1,
                left: UInt32(left),
                top: 0,
                width: UInt32(count),
                height: 1
            )
            unsafe pixels.withUnsafeMutableBytes { unsafe video_unpack(&part, bits, $0.baseAddress) }
        }
        return pixels
    }

    @Test func camerasAreFoundInTheKernelsFolder() throws {
        let root = try Self.machine([
            ("video0", "usb1/1-4/1-4:1.0", "HD Camera: HD Camera", "0", "5F3C0A01"),
            ("video1", "usb1/1-4/1-4:1.0", "HD Camera: HD Camera", "1", "5F3C0A01"),
            ("video10", "usb2/2-1/2-1.3/2-1.3:1.0", "DMK 22BUC03", "0", nil),
        ])
        defer { Self.remove(root) }
        let nodes = VideoNode.all(root: root)
        #expect(nodes.map(\.path) == ["/dev/video0", "/dev/video1", "/dev/video10"])
        #expect(nodes.map(\.serial) == ["5F3C0A01", "5F3C0A01", nil])
        #expect(nodes.map(\.port) == ["1-4", "1-4", "2-1.3"])
        #expect(nodes.map(\.index) == [0, 1, 0])
        #expect(nodes[0].links == ["/dev/v4l/by-id/usb-HD_Camera_5F3C0A01-video-index0"])
        let link = VideoSelection(path: "/dev/v4l/by-id/usb-HD_Camera_5F3C0A01-video-index0")
        #expect(link.nodes(among: nodes).map(\.path) == ["/dev/video0"])
    }

    private typealias Node = (name: String, place: String, title: String, index: String, serial: String?)

    /// A folder like `/` with video nodes.
    private static func machine(_ nodes: [Node]) throws -> String {
        let root = "\(Environment["TMPDIR"] ?? "/tmp")/video-\(UInt32.random(in: 0...UInt32.max))"
        func write(_ path: String, _ text: String) throws {
            makeFolder(FileSystem.folder(of: path))
            try ReplacingFile.writeNew(Array("\(text)\n".utf8), to: path)
        }
        for node in nodes {
            let interface = "\(root)/sys/devices/pci0000:00/\(node.place)"
            let device = FileSystem.folder(of: interface)
            if FileSystem.text(of: "\(device)/idVendor") == nil {
                try write("\(device)/idVendor", "046d")
                if let serial = node.serial { try write("\(device)/serial", serial) }
            }
            makeFolder(interface)
            let folder = "\(root)/sys/class/video4linux/\(node.name)"
            try write("\(folder)/name", node.title)
            try write("\(folder)/index", node.index)
            _ = unsafe symlink(interface, "\(folder)/device")
        }
        makeFolder("\(root)/dev/v4l/by-id")
        _ = unsafe symlink("../../video0", "\(root)/dev/v4l/by-id/usb-HD_Camera_5F3C0A01-video-index0")
        return root
    }

    private static func makeFolder(_ path: String) {
        guard !path.isEmpty, FileSystem.realPath(path) == nil else { return }
        makeFolder(FileSystem.folder(of: path))
        _ = unsafe mkdir(path, 0o700)
    }

    private static func remove(_ path: String) {
        if FileSystem.target(ofLink: path) == nil {
            for name in FileSystem.names(in: path) { remove("\(path)/\(name)") }
            _ = unsafe rmdir(path)
        }
        _ = unsafe unlink(path)
    }
}
