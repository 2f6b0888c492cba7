//! The words of the sample: invented, and of no person or place in particular.

pub(super) const SURNAMES: &[&str] = &[
    "张", "王", "李", "赵", "刘", "陈", "杨", "黄", "周", "吴", "徐", "孙", "马", "朱", "胡", "郭",
    "何", "林",
];

pub(super) const REGULAR_THEMES: &[&str] = &[
    "示范点提升",
    "基层减负落实",
    "党员教育培训",
    "社区治理难题会商",
    "三单推进情况",
    "阵地功能完善",
    "两新组织覆盖",
    "老旧小区服务",
    "志愿服务项目",
    "重点任务排名通报",
];

pub(super) const THEME_DAYS: &[&str] = &[
    "主题党日：入户走访",
    "主题党日：清洁家园",
    "主题党日：参观红色基地",
    "主题党日：政策宣讲",
    "主题党日：结对帮扶",
];

pub(super) const GROUP_MEETINGS: &[&str] = &[
    "学习与分工",
    "党小组工作小结",
    "党员联系群众情况交流",
    "月度学习讨论",
];

pub(super) const COMMITTEE_MEETINGS: &[&str] = &[
    "研究本月工作安排",
    "研究发展党员事项",
    "研究经费使用",
    "研究党员诉求办理",
];

pub(super) const GENERAL_MEETINGS: &[&str] = &[
    "季度工作报告",
    "讨论预备党员转正",
    "通报支部工作",
    "民主评议准备",
];

pub(super) const LESSONS: &[&str] = &["书记讲党课", "先进典型事迹", "基层治理实务", "党章学习"];

pub(super) const LIFE_MEETINGS: &[&str] = &["年度组织生活会"];

pub(super) const JOINT_MEETINGS: &[&str] = &[
    "共驻共建联席会议",
    "大事共议：停车难",
    "大事共议：养老助餐",
    "资源清单对接",
];

pub(super) const PROBLEMS: &[&str] = &[
    "党群服务中心标识缺失",
    "小区停车秩序混乱",
    "党员活动室设备老化",
    "流动党员联系不畅",
    "楼院长配备不齐",
    "宣传栏内容未及时更新",
    "养老助餐点服务时间短",
    "物业矛盾久拖未决",
    "会议记录不规范",
    "示范岗作用发挥不明显",
];

pub(super) const TASKS: &[&str] = &[
    "完成党员信息核对",
    "建成一处示范点",
    "组织党务培训",
    "完善三项清单",
    "排查软弱涣散支部",
    "更新党务公开栏",
    "开展入户走访",
    "落实结对共建协议",
    "组建志愿服务队",
    "完成经费使用自查",
];

pub(super) const CO_BUILDING: &[&str] = &[
    "共享会议室和停车位",
    "联合开展义诊",
    "共建社区书屋",
    "开放单位食堂助餐",
    "联合开展暑期托管",
];

pub(super) const PROMISES: &[&str] = &[
    "每月入户走访十户",
    "帮助解决一件邻里难题",
    "参加志愿服务二十小时",
    "完成阵地改造",
    "结对帮扶一户家庭",
    "推动共建项目落地",
];

pub(super) const ABSENCES: &[&str] = &["因公出差", "病假", "参加上级会议", "值班"];

/// Names of invented enterprises and social organisations.
pub(super) const BUSINESS: &[&str] = &[
    "牡丹商圈",
    "西苑科技",
    "南昌路物业",
    "长安农贸",
    "青岛路餐饮",
    "周山文旅",
    "工农机械",
    "天津路家政",
    "涧河社工",
    "夕阳红养老",
    "晨光志愿",
    "郑州路快递",
];

pub(super) const ENTERPRISES: &[&str] = &[
    "示例重工",
    "示例建材",
    "示例轴承研究院",
    "示例铜材",
    "示例供电",
    "示例设计研究院",
    "示例物流",
    "示例商贸",
];

pub(super) const PARTNERS: &[&str] = &[
    "示例第一中学",
    "示例人民医院",
    "示例银行支行",
    "示例派出所",
    "示例供水公司",
    "示例燃气公司",
    "示例小学",
    "示例消防站",
    "示例律师所",
    "示例超市",
    "示例图书馆",
    "示例体育中心",
    "示例街道卫生院",
    "示例邮政所",
    "示例通信公司",
];

/// Bases and their types.
pub(super) const BASES: &[(&str, &str)] = &[
    ("工业遗产党性教育基地", "red"),
    ("社区党建馆", "basic"),
    ("志愿服务驿站", "public-good"),
    ("智能制造展厅", "technology"),
    ("东方红记忆馆", "red"),
    ("公益助老基地", "public-good"),
];

/// Lists, categories and names of what partners bring.
pub(super) const RESOURCES: &[(&str, &str, &str)] = &[
    ("resource", "venue", "会议室"),
    ("resource", "venue", "停车场"),
    ("resource", "goods", "桌椅"),
    ("resource", "goods", "图书"),
    ("need", "health", "义诊服务"),
    ("need", "venue", "活动场地"),
    ("project", "volunteer", "志愿服务进社区"),
    ("project", "culture", "共建书屋"),
    ("project", "health", "健康讲座"),
];

pub(super) const SITES: &[&str] = &[
    "红色物业示范点",
    "党建引领网格示范点",
    "亮旗先锋示范点",
    "共驻共建示范点",
];

pub(super) const ZONES: &[&str] = &[
    "中州西路示范带",
    "涧河示范带",
    "牡丹广场示范区",
    "工业遗产示范圈",
];

pub(super) const POSTS: &[&str] = &["窗口服务岗", "楼院管家岗", "技术攻关岗", "文明引导岗"];

pub(super) const POINTS: &[&str] = &["参加主题党日", "志愿服务", "入户走访", "提出合理化建议"];
