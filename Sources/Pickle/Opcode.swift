/// The instructions of a pickle that are understood, under the names Python's `pickletools` has for them.
enum Opcode: UInt8 {
    case stop = 0x2E, frame = 0x95

    case none = 0x4E, newTrue = 0x88, newFalse = 0x89
    case binInt = 0x4A, binInt1 = 0x4B, binInt2 = 0x4D, long1 = 0x8A, long4 = 0x8B, binFloat = 0x47
    case shortBinUnicode = 0x8C, binUnicode = 0x58, binUnicode8 = 0x8D
    case shortBinBytes = 0x43, binBytes = 0x42, binBytes8 = 0x8E, byteArray8 = 0x96

    case mark = 0x28
    case emptyTuple = 0x29, tuple1 = 0x85, tuple2 = 0x86, tuple3 = 0x87, tuple = 0x74
    case emptyList = 0x5D, append = 0x61, appends = 0x65
    case emptyDict = 0x7D, setItem = 0x73, setItems = 0x75
    case emptySet = 0x8F, addItems = 0x90, frozenSet = 0x91

    case memoize = 0x94, binPut = 0x71, longBinPut = 0x72, binGet = 0x68, longBinGet = 0x6A

    case global = 0x63, stackGlobal = 0x93, reduce = 0x52, newObject = 0x81, build = 0x62

    // Lines of text, which protocols 0 and 1 have.
    case int = 0x49, long = 0x4C, float = 0x46, unicode = 0x56, put = 0x70, get = 0x67, list = 0x6C, dict = 0x64
}
