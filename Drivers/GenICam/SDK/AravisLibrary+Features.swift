/// The features of a camera, by the nodes of its description.
extension AravisLibrary {
    enum NodeKind: Sendable, Equatable { case category, choice, bool, command, int, float, text, other }

    func kind(of node: UInt) -> NodeKind {
        let f = functions
        // An enumeration and a switch are integers as well.
        let kinds: [(UInt, NodeKind)] = [
            (f.category(), .category), (f.enumeration(), .choice), (f.boolean(), .bool), (f.command(), .command),
            (f.integer(), .int), (f.float(), .float), (f.string(), .text),
        ]
        return kinds.first { f.isA(node, $0.0) != 0 }?.1 ?? .other
    }

    /// The names of the features in a category.
    func features(ofCategory node: UInt) -> [String] {
        elements(functions.categoryFeatures(node))
            .compactMap { unsafe copy(UnsafePointer(bitPattern: $0)) }
    }

    /// The elements of a list of GLib, each of which is an address and the address of the next element.
    private func elements(_ list: UInt) -> [UInt] {
        var (found, next) = ([UInt](), list)
        // More than any camera has.
        while let element = unsafe UnsafePointer<UInt>(bitPattern: next), found.count < 10_000 {
            found.append(unsafe element[0])
            next = unsafe element[1]
        }
        return found
    }

    func isSelector(_ node: UInt) -> Bool {
        functions.isA(node, functions.selector()) != 0 && functions.isSelector(node) != 0
    }

    /// The nodes that a selector selects.
    func selected(by node: UInt) -> [UInt] { elements(functions.selectedFeatures(node)) }

    /// 1 guru, 2 expert, 3 beginner; less for what nobody is meant to see.
    func visibility(of node: UInt) -> Int { Int(functions.visibility(node)) }
    func name(of node: UInt) -> String? { unsafe copy(functions.name(node)) }
    func tooltip(of node: UInt) -> String { unsafe copy(functions.tooltip(node)) ?? "" }

    func isAvailable(_ node: UInt) throws(AravisStatus) -> Bool {
        try unsafe trying { unsafe functions.isAvailable(node, $0) } != 0
    }
    func isImplemented(_ node: UInt) throws(AravisStatus) -> Bool {
        try unsafe trying { unsafe functions.isImplemented(node, $0) } != 0
    }
    func isLocked(_ node: UInt) throws(AravisStatus) -> Bool {
        try unsafe trying { unsafe functions.isLocked(node, $0) } != 0
    }

    func isReadable(_ node: UInt) -> Bool { functions.access(node) != 1 }
    func isWritable(_ node: UInt) -> Bool { [1, 2].contains(functions.access(node)) }

    func unit(of node: UInt, _ kind: NodeKind) -> String {
        switch kind {
        case .int: unsafe copy(functions.intUnit(node)) ?? ""
        case .float: unsafe copy(functions.floatUnit(node)) ?? ""
        default: ""
        }
    }

    // Values

    func int(_ node: UInt) throws(AravisStatus) -> Int {
        Int(try unsafe trying { unsafe functions.intValue(node, $0) })
    }
    func setInt(_ node: UInt, to value: Int) throws(AravisStatus) {
        try unsafe trying { unsafe functions.setIntValue(node, Int64(value), $0) }
    }
    /// The limits, and the step from the lower one.
    func intLimits(_ node: UInt) throws(AravisStatus) -> (limits: ClosedRange<Int>, step: Int) {
        let least = Int(try unsafe trying { unsafe functions.intMinimum(node, $0) })
        let most = Int(try unsafe trying { unsafe functions.intMaximum(node, $0) })
        let step = Int(try unsafe trying { unsafe functions.intIncrement(node, $0) })
        return (least...max(least, most), max(1, step))
    }

    func float(_ node: UInt) throws(AravisStatus) -> Double {
        try unsafe trying { unsafe functions.floatValue(node, $0) }
    }
    func setFloat(_ node: UInt, to value: Double) throws(AravisStatus) {
        try unsafe trying { unsafe functions.setFloatValue(node, value, $0) }
    }
    /// The limits, and the step from the lower one; zero for any value.
    func floatLimits(_ node: UInt) throws(AravisStatus) -> (limits: ClosedRange<Double>, step: Double) {
        let least = try unsafe trying { unsafe functions.floatMinimum(node, $0) }
        let most = try unsafe trying { unsafe functions.floatMaximum(node, $0) }
        let step = try unsafe trying { unsafe functions.floatIncrement(node, $0) }
        guard least.isFinite, most.isFinite else {
            return (-Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude, 0)
        }
        // Without a step the library reports the smallest number there is.
        return (least...max(least, most), step.isFinite && step > 1e-12 ? step : 0)
    }

    func bool(_ node: UInt) throws(AravisStatus) -> Bool {
        try unsafe trying { unsafe functions.boolValue(node, $0) } != 0
    }
    func setBool(_ node: UInt, to value: Bool) throws(AravisStatus) {
        try unsafe trying { unsafe functions.setBoolValue(node, value ? 1 : 0, $0) }
    }

    func choice(_ node: UInt) throws(AravisStatus) -> Int {
        Int(try unsafe trying { unsafe functions.choiceValue(node, $0) })
    }
    func setChoice(_ node: UInt, to value: Int) throws(AravisStatus) {
        try unsafe trying { unsafe functions.setChoiceValue(node, Int64(value), $0) }
    }
    /// The entries that the camera has now, with their numbers.
    func choices(_ node: UInt) throws(AravisStatus) -> [(key: Int, label: String)] {
        var (nameCount, valueCount): (UInt32, UInt32) = (0, 0)
        let names = unsafe try trying { unsafe functions.choiceNames(node, &nameCount, $0) }
        defer { functions.free(UInt(bitPattern: names)) }
        let values = unsafe try trying { unsafe functions.choiceValues(node, &valueCount, $0) }
        defer { functions.free(UInt(bitPattern: values)) }
        guard let names = unsafe names, let values = unsafe values else { return [] }
        // More than any feature has.
        return (0..<Int(min(nameCount, valueCount, 4096))).map { index in
            (Int(unsafe values[index]), unsafe copy(names[index]) ?? "")
        }
    }

    func string(_ node: UInt) throws(AravisStatus) -> String {
        let text = unsafe try trying { unsafe functions.stringValue(node, $0) }
        return unsafe copy(text) ?? ""
    }
    func setString(_ node: UInt, to value: String) throws(AravisStatus) {
        try unsafe trying { unsafe functions.setStringValue(node, value, $0) }
    }
    func stringLimit(_ node: UInt) throws(AravisStatus) -> Int {
        Int(min(max(0, try unsafe trying { unsafe functions.stringLimit(node, $0) }), 65_536))
    }

    func execute(_ node: UInt) throws(AravisStatus) { try unsafe trying { unsafe functions.execute(node, $0) } }
}
