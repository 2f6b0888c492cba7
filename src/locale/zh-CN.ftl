### 问题：每条规则一句，说明错在哪里，再说怎样改

problem-io = 无法读写：{$reason}（系统代码 {$code}）
    .help = 检查文件权限、磁盘空间和路径，再试一次
problem-not-a-file = 不是普通文件（可能是管道、设备或套接字），未打开
    .help = 把它移出台账目录
problem-too-large = 文件超过 {$most} MiB，未读取
    .help = 台账文件应为文本；请检查是否误放了其他文件
problem-link-outside = 符号链接指向台账目录之外（{$target}），未读取
    .help = 把真实文件放进台账目录
problem-link-loop = 符号链接指向文件夹、不存在的位置或自身，未读取
    .help = 删除该链接，放入真实文件或文件夹
problem-folders-too-deep = 文件夹层级超过 {$most} 层，未读取
    .help = 减少层级
problem-bad-folder = “{$name}”不能作为组织的文件夹名
    .help = 只用小写字母、数字和连字符，且不能是单独四位数字，例如 wuhanlu
problem-missing-org-file = 组织文件夹里没有 org.toml
    .help = 新建该文件，至少写 name 和 kind；或删除空文件夹
problem-misplaced-file = 该文件不会被读取：台账文件应放在组织文件夹下的四位年份文件夹里
    .help = 移到例如 2026/ 文件夹中
problem-case-collision = “{$name}”与“{$other}”只有大小写不同，在 Windows 上会相互覆盖
    .help = 改掉其中一个名字
problem-nul-byte = 文件中有 NUL 字节，不是文本
    .help = 从备份或 git 历史中恢复该文件
problem-not-utf8 = 文件不是 UTF-8 编码{$looks}
    .help = 用编辑器另存为 UTF-8（无 BOM）
looks-like-gbk = ，像是 GBK
looks-like-utf16 = ，是 UTF-16
looks-like-nothing = {""}
problem-conflict-marker = 合并冲突尚未解决
    .help = 保留正确的内容，删去 <<<<<<<、=======、>>>>>>> 三种标记行
problem-syntax = {$what}
    .help = 按 TOML 1.0 的写法改正这一行；其余文件不受影响
problem-toml-1-1 = {$what}
    .help = 台账文件用 TOML 1.0，各种工具都能读
toml-1-1-escape = \e 和 \x 转义是 TOML 1.1 才有的
toml-1-1-comma = 行内表末尾的逗号是 TOML 1.1 才有的
toml-1-1-newline = 行内表中换行是 TOML 1.1 才有的
toml-1-1-time = 不写秒的时间是 TOML 1.1 才有的
problem-nested-too-deep = 嵌套层数过多
    .help = 台账最多用到三层
problem-bom = 文件开头有字节顺序标记（BOM）
    .help = 运行 ledger fmt 可去掉
problem-crlf = 行尾是 CRLF（Windows 换行）
    .help = 运行 ledger fmt 可改为 LF
problem-too-many = 这个文件另外还有 {$count} 处问题，未一一列出
    .help = 先改正上面的问题，再检查一次
problem-unknown-kind = 没有“{$name}”这种记录
    .help = 可用的有：{$allowed}
problem-unknown-field = {$kind}没有“{$field}”这一项
    .help = 可用的有：{$allowed}
problem-unknown-value = “{$value}”不是“{$field}”可取的值
    .help = 可用的有：{$allowed}
problem-wrong-type = “{$field}”应为{$wanted}，实为{$found}
    .help = 日期写作 2026-07-03、数字写作 12，都不加引号；文字加英文双引号
problem-out-of-range = “{$field}”应在 {$min} 与 {$max} 之间
    .help = 核对这个数
problem-missing-field = {$kind}缺少必填项“{$field}”
    .help = 补上这一行：{$field} = …
problem-bad-id = 编号格式不对
    .help = 应为 {$prefix}-日期-8位，例如 {$prefix}-20260703-7k3f9x2v
problem-wrong-prefix = 编号 {$id} 的前缀不是{$kind}的“{$prefix}”
    .help = 检查记录是否写错了种类
problem-duplicate-id = 编号 {$id} 出现在两条不同的记录上，另一条在 {$first}
    .help = 若是同一条，删去错的一份；若是两条，给其中一条换编号
problem-dangling-reference = “{$field}”所指的 {$id} 不存在
    .help = 改成正确的编号，或删去这一项
problem-dangling-organisation = “{$field}”所指的组织 {$org} 不存在
    .help = 改成正确的组织编号（ledger org tree 可查），或删去这一项
problem-held-twice = {$kind}“{$value}”在同一时间重复，另见 {$other}
    .help = 先给前一条填上终止日期，或撤销重复录入的一条
problem-template = 模板无法执行：{$why}
    .help = {$detail}
problem-template-unknown = 没有“{$name}”这个指标或名称{$near ->
        [''] {""}
       *[other] （是否想写 {$near}？）
    }
    .help = 用 ledger rules list metrics 查看指标；自定的名称写在 ledger.toml 的 [names] 里
problem-template-no-name = 台账里没有写明“{$name}”是什么
    .help = 在 ledger.toml 里写上 {$name} = "…"
problem-template-bad-value = “{$field}”不能是 {$value}
    .help = 请写文字、数字或它们的列表
problem-template-not-a-metric = 只有指标本身才能指定窗口、期间或作比较
    .help = 先取指标，再用它计算
problem-template-not-records = 这个指标不是从记录直接统计的，不能另定窗口或条件
    .help = 只能指定 org、period、as_of
problem-template-not-a-number = “{$value}”不是数字
    .help = 竖线前面应是指标或数字
problem-template-compares = 比较的是指标本身，不是它的值
    .help = 后面加 .value，例如 tasks_overdue.value > 0；只问有没有，直接写指标即可
problem-template-block = 这一段的开头和结尾对不上
    .help = 让它在同一段或同一表格行内开始和结束，或者开头、结尾各占一段（一行）
problem-template-word = 不是可以填写的 Word 文件：{$why}
    .help = 请在 Word 或 WPS 中另存为 .docx
problem-template-ending = 从名称“{$path}”看不出是哪种模板
    .help = 模板的扩展名是 .md、.docx 或 .txt
problem-unknown-template = 没有“{$name}”这个模板
    .help = 可用的模板：{$allowed}；也可以写 .md、.docx、.txt 文件名
problem-trace-where = 数字来源要写在文档旁边
    .help = 加上 --out 文件，或写成 --trace=文件
problem-no-word-here = Word 文件不能显示在终端上
    .help = 加上 --out 文件.docx，或 --format text
word-not-word = 里面没有文档
word-too-large = 解开后大得不像文档
word-not-xml = 内容已损坏
template-syntax = 写法不对
template-filter = 没有这个名称的过滤器（竖线后面的词）
template-function = 没有这个名称的函数
template-test = 没有这个名称的判断
template-method = 点号前的内容不能这样用
template-undefined = 这里什么也没有：点号前的内容没有这一项
template-arguments = 给的内容多了或少了
template-endless = 一直在重复，停不下来
template-operation = 这些内容不能这样放在一起
problem-nobody-named = {$org}没有登记“{$field}”（书记）
    .help = 用 ledger org edit {$org} --书记 姓名 补上
problem-wrong-reference = {$id} 是{$found}，这里应指向{$wanted}
    .help = 核对编号
problem-above-limit = {$field} {$value} 大于{$other} {$limit}
    .help = 核对两个数
problem-wrong-order = {$field} {$value} 早于{$other} {$limit}
    .help = 核对两个日期
problem-update-before-start = 进展日期 {$on} 早于{$field} {$start}
    .help = 核对两个日期
problem-updates-unsorted = 进展没有按日期排列：{$second} 排在 {$first} 之后
    .help = 按日期从早到晚排列
problem-personal-number = “{$field}”中有{$what}，台账不得记录
    .help = 删去号码；人员用代号或姓氏加“某”
identity-number = 居民身份证号
mobile-number = 手机号码
problem-unsafe-path = “{$field}”的路径“{$value}”指向台账目录之外
    .help = 写相对于台账目录的路径，不用 ..
problem-outside-life = {$day} 不在{$org}存续期内
    .help = 核对日期，或组织的成立、撤销日期
problem-duplicate-rule = 规则“{$name}”重复，另一条在 {$file}
    .help = 删去其中一条；要补充已有种类请写 extend = true
problem-unknown-rule = “{$field}”所指的“{$value}”不存在
    .help = 可用的有：{$allowed}
problem-bad-rule = {$why}
    .help = 写法见 docs/rules.md；ledger rules show 可看内置规则
bad-rule-name = “{$field}”只能用小写字母、数字、_ 和 -，并以字母开头
bad-rule-prefix = 编号前缀应为 1 至 8 个小写字母
bad-rule-prefix-taken = 编号前缀已被“{$field}”使用
bad-rule-field = 字段名重复，或与保留名（id、org、as、root、lang、color、today、help、phase、overdue、on_time、retracted）相同
bad-rule-not-a-date = “{$field}”应指向日期、月、季度或年的字段
bad-rule-no-updates = 有生命周期的种类需要一个 type = "updates" 的字段
bad-rule-bound = 限制应写 at_most 或 not_before 之一
bad-rule-extend = 只有选项字段可以补充取值
bad-rule-range = min 大于 max
bad-rule-twice = 同一个名称用了两次
bad-rule-label-taken = 标签与“{$field}”的相同
bad-rule-start = start 指向的字段必须是必填项（required = true）
bad-rule-two-measures = 一个指标只能有一种算法（kind、obligation、ratio、score、rank、members、organisations、view、disagreement、plus 之一），取值只能是 sum、distinct、earliest、latest 之一
bad-rule-with-and-without = with 与 without 只能写一个
bad-rule-filter-type = 筛选“{$field}”的值与该字段的类型不符，永远不会成立
bad-rule-filter = 筛选“{$field}”的值应为文字、整数、真假，或文字、整数的列表
bad-rule-within = within 应为 [起, 止] 两个从 1 开始的日数
bad-rule-deadline = deadline_day 应在 1 至 28 之间
bad-rule-two-limits = within 与 deadline_day 只能写一个
bad-rule-no-measure = 指标须有 kind、obligation、obligations_of、ratio、score、rank、members、organisations、view、disagreement、plus 之一
bad-rule-part = “{$field}”不能作为组成部分：比率由可相加的指标组成，得分由比率组成
bad-rule-weight = 权重应为 1 至 1000000 的整数
problem-usage = {$what}
    .help = 加 --help 看用法
usage-unknown-argument = 不认识“{$subject}”{$hint ->
        [none] {""}
       *[other] ，是不是 {$suggested}？
    }
usage-unknown-command = 没有“{$subject}”这个命令或种类{$hint ->
        [none] {""}
       *[other] ，是不是 {$suggested}？
    }
usage-missing-command = 缺少命令或种类
usage-missing-argument = 缺少必填参数：{$subject}
usage-missing-value = “{$subject}”后面缺少值
usage-bad-value = “{$subject}”不能是“{$value}”
usage-value-count = “{$subject}”的值个数不对
usage-conflict = “{$subject}”重复，或不能与其他参数同用
usage-other = 命令行写法不对
usage-where = 筛选应写成 字段=值，而不是“{$subject}”
problem-no-ledger = {$path} 及其上级没有 ledger.toml
    .help = 用 --root 指定台账目录，或用 ledger init 新建
problem-ledger-exists = {$path} 已存在，未改动
problem-newer-format = 台账格式 {$found} 比本程序支持的 {$known} 新
    .help = 升级本程序
problem-unknown-org = 没有叫“{$name}”的组织
    .help = 用 ledger org tree 查看全部；可用全称、简称、代码、路径末段或拼音首字母
problem-ambiguous-org = 有多个组织叫“{$name}”
    .help = 写出其中一个的路径：
        {$candidates}
problem-which-top = 台账中有多个顶层组织
    .help = 用 --org 指定一个：
        {$candidates}
problem-no-orgs = 台账里还没有组织
    .help = 用 ledger org add 或 ledger org import 建立
problem-org-exists = 组织 {$org} 已存在
    .help = 用 --segment 换一个文件夹名，或用 ledger org edit 修改
problem-unknown-record = 没有编号含“{$id}”的记录
    .help = 用 ledger list 种类 查看编号
problem-ambiguous-record = 有多条记录的编号含“{$id}”
    .help = 多写几位：
        {$candidates}
problem-bad-period = 无法识别时期“{$value}”
    .help = 可写 2026Q3、2026年3季度、Q3、this、last、2026-07、2026、2026H1、2026-04-01..2026-06-30
problem-bad-day = “{$value}”不是日期
    .help = 可写 2026-07-05、2026.7.5、2026年7月5日、20260705
problem-unknown-metric = 没有叫“{$name}”的指标
    .help = 可用的有：{$allowed}
problem-unknown-name = 没有“{$name}”
    .help = 可用的有：{$allowed}
problem-missing-flags = 缺少必填参数：{$flags}
    .help = 在命令中补上；在终端里直接运行会逐项询问
problem-missing-arguments = 缺少必填参数：{$flags}
    .help = 在命令中补上
problem-already-finished = {$id} 已经完成
    .help = 若要改状态，用 ledger update 并写明 --status
problem-org-twice = 同一上级下已有“{$name}”（{$org}）
    .help = 要修改它用 ledger org edit
problem-no-lifecycle = {$kind}没有状态可更新
    .help = 用 ledger edit 修改字段
problem-nothing-to-change = 没有写要改什么
    .help = 可改的有：{$allowed}
problem-already-retracted = {$id} 已经撤销
problem-unreadable-ledger = 有 {$count} 处问题使数字不可靠，未计算
    .help = 按上面的提示改正；或加 --skip-bad 跳过有问题的内容，结果会注明
problem-out-in-ledger = 不能把报表写到 {$path}：那里是台账本身
    .help = 换一个文件名
problem-maybe-saved = 内容已写入文件，但系统未确认已存盘：{$reason}（系统代码 {$code}）
    .help = 先用 ledger show 或 list 核对，不要直接重做
problem-not-tables = 这个文件把记录写成了行内表的列表，无法逐条修改
    .help = 先运行 ledger fmt
problem-wrong-exemption = 免除义务的止日 {$until} 早于起日 {$from}
    .help = 核对两个日期
problem-import-depth = 层级超过 {$most} 层，未导入
    .help = 核对上级代码
waiting = 另一个 ledger 进程正在写入，等待中……
problem-busy = 另一个 ledger 进程一直占用台账，未改动任何内容
    .help = 等它结束后再试
problem-unproven-write = 将要写入的内容没有通过核对，文件未改动
    .help = 这是程序的缺陷，请连同该文件报告
problem-cancelled = 已取消，未写入任何内容
problem-output = 结果无法输出：{$reason}（系统代码 {$code}）
problem-no-rank-records = 名次由其他指标排出，不直接对应记录
    .help = 它按 {$metric} 排序，请查看 {$metric}
problem-import-header = 表头应有 code、parent_code、name、kind 四列（或 代码、上级代码、名称、类型）
    .help = 在第一行写上列名
problem-import-row = 这一行的“{$field}”缺少或不完整，未导入
    .help = 核对列数和引号，补全后再导入
problem-import-duplicate = 代码 {$code} 重复，第一次在第 {$first} 行
    .help = 每行的代码应不同
problem-import-orphan = 上级代码 {$code} 不在表中
    .help = 补上该行，或留空并用 --under 指定上级
problem-import-cycle = {$code} 的上级链绕回了自身
    .help = 改正上级代码

### 系统错误

io-not-found = 找不到
io-permission = 没有权限
io-full = 磁盘已满
io-file-too-large = 文件超过系统允许的大小
io-read-only = 磁盘只读
io-exists = 已经存在
io-not-a-folder = 不是文件夹
io-is-a-folder = 是文件夹，不是文件
io-bad-name = 文件名无效
io-quota = 超过磁盘配额
io-other = 系统报错

### TOML 语法错误

syntax-duplicate-key = 同一张表里写了两次这个键
syntax-no-equals = 键后面缺少 =
syntax-no-value = = 后面缺少值
syntax-extra-equals = 多了一个 =
syntax-unclosed-array = 方括号 ] 没有写全
syntax-missing-comma = 两项之间缺少逗号
syntax-extra-comma = 多了一个逗号
syntax-unclosed-inline = 花括号没有写全
syntax-unclosed-header = 表头的方括号没有写全
syntax-bad-string = 引号没有写全，或文字里有不允许的字符
syntax-bad-escape = 反斜杠后的转义写法不对
syntax-unquoted = 文字要用英文双引号括起来
syntax-bad-key = 键名只能用英文字母、数字、_ 和 -
syntax-two-on-a-line = 一行只能写一项
syntax-bad-date = 没有这个日期，或写法不是 2026-07-03
syntax-bad-time = 时间写法不对
syntax-bad-number = 数字写法不对
syntax-bad-comment = 注释里有不允许的字符
syntax-lone-cr = 回车符后面没有换行符
syntax-other = 不符合 TOML 写法

### 值的类型

type-text = 文字
type-path = 相对路径
type-integer = 整数
type-float = 小数
type-boolean = 是或否
type-date = 日期
type-datetime = 带时间的日期
type-list = 列表
type-table = 表
type-records = [[…]] 形式的记录
type-month = 月份，如 2026-07
type-quarter = 季度，如 2026Q3
type-year = 年份，如 2026
type-choice = 选项
type-organisation = 组织编号
type-record = 记录编号
this-table = 这里
yes = 是
no = 否

### 帮助页

help-lead = 改法：
help-usage = 用法：
help-arguments = 参数：
help-commands = 命令：
help-options = 选项：
help-global = 通用选项：
help-see-global = 通用选项 --root、--lang、--color 见 ledger --help
help-required = （必填）
help-choices = ：{$choices}
help-table = ，写作 {$form}
help-repeat = （可重复）
value-command = 命令
value-options = 选项
value-folder = 文件夹
value-lang = 语言
value-when = 何时
value-day = 日期
value-org = 组织
value-period = 时期
value-format = 格式
value-writer = 姓名
value-template = 模板
value-text = 文字
value-number = 数
value-boolean = 是/否
value-choice = 选项
value-id = 编号
value-table = 内容
value-name = 名称
value-segment = 文件夹名
value-file = 文件
value-kind = 种类
value-test = 字段=值
value-field = 字段
value-days = 天数
value-metric = 指标
value-metrics = 指标,指标
value-compare = 比较对象
value-class = 类别
value-rule = 规则
value-status = 状态
cmd-ledger = 基层组织工作台账：记录一次，季度报表自动汇总，每个数字都能查到出处。
cmd-init = 新建台账
cmd-org = 管理组织
cmd-add = 添加一条记录
cmd-add-kind = 添加{$kind}
cmd-edit = 修改记录的字段
cmd-edit-long = 修改记录的字段：ledger edit 编号 --字段 值 …，字段与 ledger add 种类 --help 所列相同，名称可用中文；值为空（""）则删去该项。
cmd-update = 记录进展和状态
cmd-done = 标记完成
cmd-retract = 撤销误记的记录（保留原文，不再计数）
cmd-show = 查看一条记录
cmd-list = 列出记录
cmd-due = 提醒清单：应开、将到期、已逾期
cmd-check = 检查全部台账，指出每处问题及改法
cmd-fmt = 把台账文件整理成规范格式
cmd-report = 季度报表
cmd-write = 按模板写报告，每个数字都可追溯
cmd-secretary = 书记抓党建工作台账：主持、讲课、走访、领办
cmd-explain = 查看一个数字由哪些记录得出
cmd-rules = 查看和修改规则（种类、义务、指标、报表）
cmd-org-add = 添加组织
cmd-org-list = 列出组织
cmd-org-tree = 以树形显示组织
cmd-org-edit = 修改组织信息
cmd-org-import = 从 CSV 导入组织（代码、上级代码、名称、类型）
cmd-rules-list = 列出规则
cmd-rules-show = 显示一条规则的定义
cmd-rules-eject = 把内置规则复制到台账的 rules/ 以便修改
flag-root = 台账所在文件夹（默认：当前或上级文件夹）
flag-lang = 界面语言：zh-CN 或 en
flag-color = 颜色：auto、always 或 never
flag-today = 以此日为今天
flag-help = 显示帮助
flag-version = 显示版本
flag-org = 组织：路径、名称、代码或拼音首字母
flag-quarter = 时期：2026Q3、this、last、2026-07、2026、2026H1、起..止（默认 this）
flag-as-of = 截止日期（默认：时期最后一天，不晚于今天）
flag-format = 输出格式：{$formats}
flag-as = 本机记录人的名字（首次写入时确定）
flag-trace = 在文档旁列出每个数字及其记录（或写到 =文件）
flag-check-sums = 印出的分项之和与合计不等时提示
flag-within = 提前多少天提醒，如 14d、2w（默认 14d）
flag-skip-bad = 跳过有问题的内容，并注明跳过了什么
flag-raw = 供程序读取的 CSV：字段名、纯数字、无 BOM
flag-depth = 列出下面几级组织（默认 1）
flag-report = 报表名称（默认 standard）
flag-metrics = 只列这些指标，用逗号分隔
flag-out = 写入文件
flag-own = 只算组织本级，不含下级
flag-compare = 与上期（previous）或上年同期（year）比较
flag-wide = 显示全部列，不管终端多宽
flag-where = 筛选，如 type=例会、state=done、title=示范
flag-sort = 按字段排序，前加 - 为倒序
flag-retracted = 包括已撤销的记录
flag-sample = 填入示例区（涧西区，虚构记录）
flag-district = 区名
flag-under = 上级组织
flag-segment = 文件夹名（默认由名称的拼音得出）
flag-check = 只检查并显示差异，不改文件
flag-status = 新状态
flag-on = 日期（默认今天）
flag-percent = 进度，0 至 100
flag-note = 说明
flag-by = 经办人
flag-why = 撤销原因
arg-dir = 新台账的文件夹（默认当前文件夹）
arg-id = 记录编号，或其中能区分的一段
arg-name = 组织名称
arg-template = 模板名称，或 .md、.docx、.txt 文件
arg-org = 组织：路径、名称、代码或拼音首字母
arg-file = CSV 文件（UTF-8 或 GBK）
arg-kind = 种类，如 meeting 或 会议
arg-metric = 指标名称，见 ledger rules list metrics
arg-class = 只列一类：kinds、obligations、metrics 或 reports
arg-rule = 规则名称，如 task、tasks_due，或 kind:task

### 标题和列名

label-id = 编号
label-org = 组织
label-kind = 种类
label-place = 位置
label-state = 状态
label-members = 党员数
label-day = 期限
label-days-left = 剩余天数
label-what = 事项
label-part = 栏目
label-date = 日期
label-seq = 序号
label-row = 行
label-contributes = 计入
label-class = 类别
label-name = 标识
label-label = 名称
label-unit = 单位
label-window = 时段
label-meaning = 说明
report-title = {$org}　{$period}{$report}　（截至 {$as_of}）
report-compared = 变化与 {$period}（截至 {$as_of}）相比
report-mark = {$mark} 表示落后或需要关注
report-left-out = 屏幕宽度有限，未显示 {$count} 列：{$names}。加 --wide 显示全部。
row-own = {$org}本级
row-total = 合计
row-left-out = 未计入 {$place}
change-short = 变化
change-label = {$label}变化
change-points = {$label}变化（百分点）
secretary-title = {$org}　{$person}　{$period}{$view}　（截至 {$as_of}）
names-more = 等
sums-differ = 提示：{$label} 印为 {$whole}，而印出的分项之和为 {$sum}：{$parts}
sums-own = （差的是未印出的本级 {$own}）
trace-title = {$org}　{$period}　数字来源（截至 {$as_of}），共 {$count} 处
trace-metric = {$metric}（{$name}）　{$org}　{$period}　截至 {$as_of} = {$value}　{$asked}
trace-change = 相差 = {$value}
trace-growth = 增幅 = {$value}
trace-total = 合计 = {$value}
trace-share = 占比 = {$value}
trace-written = 模板自身写出的数（没有对应的记录）：{$numbers}
trace-computed = {$value}：模板中直接写出或算出，没有对应的记录
explain-title = {$org}　{$period}　{$metric} = {$value}　（截至 {$as_of}）
explain-nothing = 没有记录
explain-weight = 权重 {$weight}：
explain-numerator = 分子：
explain-denominator = 分母：
window-met = 按时
window-late = 补开或迟报
window-missed = 缺
window-exempt = 免除
class-kind = 种类
class-obligation = 义务
class-template = 模板
class-view = 视图
class-metric = 指标
class-report = 报表
unit-items = 项
unit-times = 次
unit-persons = 名
unit-person-times = 人次
unit-yuan = 元
unit-percent = 百分比
unit-points = 分
unit-rank = 名次
unit-day = 日期

### 做完之后说的话

added = 已添加{$kind} {$id}（{$place}）
changed = 已修改{$kind} {$id}（{$place}）
unchanged = {$kind} {$id} 没有变化（{$place}）
status-moved = ：{$from} → {$to}
updated = 已更新{$kind} {$id}（{$place}）
retracted = 已撤销{$kind} {$id}（{$place}）；原文保留，不再计数
org-added = 已添加组织 {$name}（{$org}）
org-changed = 已修改组织 {$name}（{$org}）
org-imported = 已导入 {$count} 个组织，{$already} 个原已存在、未改动
init-done = 已在 {$path} 建立台账，写入 {$files} 个文件
init-next = 下一步：ledger org add 名称 --kind 类型 添加组织，或 ledger org import 文件 批量导入。
init-next-sample = 下一步：ledger report --quarter 2026Q3 查看季度报表，ledger due 查看提醒。
ejected = 已写入 {$path}，修改后立即生效
written = 已写入 {$path}
left-out-bad = 以上 {$count} 处未计入
list-count = 共 {$count} 条{$kind}（截至 {$as_of}）
due-count = 今天 {$today}，已逾期和 {$days} 天内到期的共 {$count} 项
due-times = {$window}（还差 {$count} 次）
due-overdue = 已逾期
due-soon = 待办
check-clean = 没有问题：{$orgs} 个组织，{$records} 条记录
check-found = 发现 {$count} 处问题（{$orgs} 个组织，{$records} 条可读记录）
fmt-checked = 检查 {$files} 个文件，{$changed} 个需要整理，{$bad} 处问题未处理
fmt-done = 检查 {$files} 个文件，整理了 {$changed} 个，{$bad} 处问题未处理

### 提问

prompt-skip = （回车跳过）
prompt-choose = 用方向键选择，输入文字筛选，回车确定，Esc 取消
prompt-list = 多项用分号隔开，回车跳过
prompt-org = 输入名称、简称、路径或拼音首字母，Tab 补全
prompt-colon = ：
