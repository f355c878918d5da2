import Devices
import Glibc

@testable import AndorSDK3
@testable import SDKCameras

/// The functions of a library as a C program calls them, with any arguments including null pointers.
@safe struct RawLibrary {
    let functions: AndorFunctions
    private let setEnumString: AndorFunctions.SetText
    private let isReadable: AndorFunctions.GetInt32
    private let register, unregister: Register

    typealias Callback = @convention(c) (Int32, UnsafePointer<wchar_t>?, UnsafeMutableRawPointer?) -> Int32
    typealias Register =
        @convention(c) (
            Int32, UnsafePointer<wchar_t>?, Callback?, UnsafeMutableRawPointer?
        ) -> Int32

    init(_ path: String) throws {
        var symbols = try VendorLibrary(path, name: "libatcore", anchor: "AT_InitialiseLibrary")
        unsafe setEnumString = symbols.function("AT_SetEnumString", "AT_SetEnumeratedString")
        unsafe isReadable = symbols.function("AT_IsReadable")
        unsafe register = symbols.function("AT_RegisterFeatureCallback")
        unsafe unregister = symbols.function("AT_UnregisterFeatureCallback")
        functions = try AndorFunctions(&symbols)
    }

    func initialise() -> Int32 { functions.initialise() }
    func finalise() -> Int32 { functions.finalise() }
    func close(_ handle: Int32) -> Int32 { functions.close(handle) }
    func flush(_ handle: Int32) -> Int32 { functions.flush(handle) }

    func open(_ index: Int32) -> (status: Int32, handle: Int32) {
        var handle: Int32 = -7
        return (unsafe functions.open(index, &handle), handle)
    }

    func openWithoutPlace() -> Int32 { functions.open(0, nil) }

    enum Question: CaseIterable { case implemented, readable, writable, readOnly }

    func ask(_ question: Question, _ name: String, _ handle: Int32 = 1) -> (status: Int32, answer: Bool) {
        var answer: Int32 = 1
        let status = unsafe function(question)(handle, AndorFeature(name).wide, &answer)
        return (status, answer != 0)
    }

    func askWithoutPlace(_ question: Question, _ name: String) -> Int32 {
        unsafe function(question)(1, AndorFeature(name).wide, nil)
    }

    private func function(_ question: Question) -> AndorFunctions.GetInt32 {
        switch question {
        case .implemented: unsafe functions.isImplemented
        case .readable: unsafe isReadable
        case .writable: unsafe functions.isWritable
        case .readOnly: unsafe functions.isReadOnly
        }
    }

    func int(_ name: String?, _ handle: Int32 = 1) -> (status: Int32, value: Int64) {
        var value: Int64 = -7
        guard let name else { return (unsafe functions.getInt(handle, nil, &value), value) }
        return (unsafe functions.getInt(handle, AndorFeature(name).wide, &value), value)
    }

    func intLimits(_ name: String) -> (lowest: Int64, highest: Int64) {
        var (lowest, highest): (Int64, Int64) = (-7, -7)
        _ = unsafe functions.getIntMin(1, AndorFeature(name).wide, &lowest)
        _ = unsafe functions.getIntMax(1, AndorFeature(name).wide, &highest)
        return (lowest, highest)
    }

    func setInt(_ name: String, _ value: Int64) -> Int32 { unsafe functions.setInt(1, AndorFeature(name).wide, value) }
    func setString(_ name: String, _ value: String) -> Int32 {
        unsafe functions.setString(1, AndorFeature(name).wide, AndorFeature(value).wide)
    }
    func command(_ name: String) -> Int32 { unsafe functions.command(1, AndorFeature(name).wide) }

    func float(_ name: String) -> Int32 {
        var value = 0.0
        return unsafe functions.getFloat(1, AndorFeature(name).wide, &value)
    }

    func bool(_ name: String) -> Int32 {
        var value: Int32 = 0
        return unsafe functions.getBool(1, AndorFeature(name).wide, &value)
    }

    func string(_ name: String, room: Int32 = 128) -> (status: Int32, text: String) {
        var wide = [wchar_t](repeating: 63, count: Int(room))
        let status = unsafe functions.getString(1, AndorFeature(name).wide, &wide, room)
        let scalars = wide.prefix { $0 != 0 }.map { Unicode.Scalar(UInt32($0)) ?? "?" }
        return (status, String(String.UnicodeScalarView(scalars)))
    }

    func stringLimit(_ name: String) -> Int32 {
        var length: Int32 = -7
        _ = unsafe functions.getStringMaxLength(1, AndorFeature(name).wide, &length)
        return length
    }

    func choice(_ name: String) -> (status: Int32, index: Int32) {
        var index: Int32 = -7
        return (unsafe functions.getEnumIndex(1, AndorFeature(name).wide, &index), index)
    }

    func choiceCount(_ name: String) -> Int32 {
        var count: Int32 = -7
        _ = unsafe functions.getEnumCount(1, AndorFeature(name).wide, &count)
        return count
    }

    func setChoice(_ name: String, _ index: Int32) -> Int32 {
        unsafe functions.setEnumIndex(1, AndorFeature(name).wide, index)
    }

    func setChoice(_ name: String, label: String) -> Int32 {
        unsafe setEnumString(1, AndorFeature(name).wide, AndorFeature(label).wide)
    }

    func label(_ name: String, _ index: Int32) -> (status: Int32, text: String) {
        var wide = [wchar_t](repeating: 0, count: 64)
        let status = unsafe functions.getEnumStringByIndex(1, AndorFeature(name).wide, index, &wide, 64)
        let scalars = wide.prefix { $0 != 0 }.map { Unicode.Scalar(UInt32($0)) ?? "?" }
        return (status, String(String.UnicodeScalarView(scalars)))
    }

    func isChoiceAvailable(_ name: String, _ index: Int32) -> (status: Int32, answer: Bool) {
        var answer: Int32 = 1
        return (unsafe functions.isEnumIndexAvailable(1, AndorFeature(name).wide, index, &answer), answer != 0)
    }

    /// The answers to null pointers, by the missing argument.
    func answersToNull(_ int: String, _ string: String, _ choice: String?) -> [String: Int32] {
        let (int, string) = (AndorFeature(int).wide, AndorFeature(string).wide)
        var size: Int32 = 0
        var memory: UnsafeMutablePointer<UInt8>?
        var answers = [
            "feature": self.int(nil).status, "value": unsafe functions.getInt(1, int, nil),
            "min": unsafe functions.getIntMin(1, int, nil), "max": unsafe functions.getIntMax(1, int, nil),
            "string": unsafe functions.getString(1, string, nil, 8),
            "maxlen": unsafe functions.getStringMaxLength(1, string, nil),
            "queue": functions.queueBuffer(1, nil, 8), "wait": unsafe functions.waitBuffer(1, nil, &size, 1),
            "size": unsafe functions.waitBuffer(1, &memory, nil, 1), "callback": unsafe register(1, int, nil, nil),
        ]
        if let choice {
            let choice = AndorFeature(choice).wide
            answers["count"] = unsafe functions.getEnumCount(1, choice, nil)
            answers["index"] = unsafe functions.getEnumIndex(1, choice, nil)
            answers["label"] = unsafe functions.getEnumStringByIndex(1, choice, 0, nil, 8)
        }
        return answers
    }

    func queueOnSystem() -> Int32 {
        let buffer = FrameBuffer(byteCount: 64)
        return unsafe functions.queueBuffer(1, buffer.memory.assumingMemoryBound(to: UInt8.self).baseAddress, 64)
    }

    func waitOnSystem() -> Int32 {
        var size: Int32 = 0
        var memory: UnsafeMutablePointer<UInt8>?
        return unsafe functions.waitBuffer(1, &memory, &size, 1)
    }

    /// The number of calls of a callback after each of: registering twice, a change, unregistering one, another change.
    func callsOfCallbacks(_ name: String, change: () -> Void) -> [Int] {
        let wide = AndorFeature(name).wide
        var count = 0
        return unsafe withUnsafeMutablePointer(to: &count) { count in
            let call: Callback = { _, _, context in
                unsafe context?.assumingMemoryBound(to: Int.self).pointee += 1
                return 0
            }
            var counts: [Int] = []
            func note(_ step: () -> Void) {
                step()
                unsafe counts.append(count.pointee)
            }
            note { _ = unsafe register(1, wide, call, count) }
            note { _ = unsafe register(1, wide, call, count) }
            note(change)
            note { _ = unsafe unregister(1, wide, call, count) }
            note(change)
            _ = unsafe unregister(1, wide, call, count)
            note(change)
            return counts
        }
    }

    /// The status of registering a callback, and the number of its calls until the body has ended.
    func callsOfCallback(_ name: String, on handle: Int32, during body: () throws -> Void) rethrows -> (Int32, Int) {
        let wide = AndorFeature(name).wide
        var count = 0
        return try unsafe withUnsafeMutablePointer(to: &count) { count in
            let call: Callback = { _, _, context in
                unsafe context?.assumingMemoryBound(to: Int.self).pointee += 1
                return 0
            }
            let status = unsafe register(handle, wide, call, count)
            defer { _ = unsafe unregister(handle, wide, call, count) }
            try body()
            return unsafe (status, count.pointee)
        }
    }

    func unregisterUnknown(_ name: String) -> Int32 {
        unsafe unregister(1, AndorFeature(name).wide, { _, _, _ in 0 }, nil)
    }
}
