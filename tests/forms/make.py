"""Writes a corpus of messy forms, and what must come of each, into a folder.

    python3 make.py OUTDIR [HOSTILEDIR]

Beside each form NAME.ext stands NAME.json: `about`, `args` (besides the file), `rows`, `left_out`, `sums`; a changed
row tells the fields `changed`. `never` lists texts no answer may repeat; `alias` marks forms with headings or names that
the contract does not give; `open` marks forms whose `about` says which other answer is right too. The sheet of a csv is "".
The column 序号 is in no `left_out`. Needs openpyxl, xlwt and odfpy. The organisations and the records that are "same" or "changed"
are those of the sample ledger; today is 2026-11-26. Nothing here is random.
"""
import sys
from datetime import date, datetime
from pathlib import Path

import hostile
from formkit import Form, Formula, Styled, TextForm, add, change, refused, same

FORMS = []


def form(function):
    FORMS.append(function)
    return function


GN, HB, WH, CQ = "jianxi/gongnong", "jianxi/hubeilu", "jianxi/wuhanlu", "jianxi/chongqinglu"
MY = "jianxi/gongnong/maying"


# --- meetings ----------------------------------------------------------------------------

@form
def meeting_merged_headings():
    f = Form("meeting-merged-headings.xlsx",
             "Title, unit and date rows above; a two-row merged heading with line breaks and wide blanks; real date "
             "cells; a record that is there, one with a changed count, one that would only lose its host (a blank is no "
             "value, so the same), one with more present than due; signature row.",
             "meeting")
    s = f.sheet("会议台账", fmt='yyyy"年"m"月"d"日"')
    s.put(["2026年工农街道会议召开情况统计表"], merge=["A:I"])
    s.put(["填报单位：工农街道党工委", None, None, None, None, None, "填报时间：2026年11月20日"], merge=["A:D", "G:I"])
    s.put(["序号", "召 开\n日 期", "类型", "主　题", "地点", "主持人", "参会情况", None, "备注"],
          merge=["A:A+1", "B:B+1", "C:C+1", "D:D+1", "E:E+1", "F:F+1", "G:H", "I:I+1"])
    s.put([None, None, None, None, None, None, "应到\n人数", "实到\n人数", None])
    s.put([1, date(2026, 10, 3), "例会", "10月例会：基层减负", "三楼会议室", "刘某", 15, 14, None],
          add(GN, date="2026-10-03", type="regular", title="10月例会：基层减负", place="三楼会议室", host="刘某",
              due=15, present=14))
    s.put([2, date(2026, 7, 3), "例会", "7月例会：社区治理难题会商", None, "刘某", 12, 12, None],
          same(GN, date="2026-07-03", type="regular", title="7月例会：社区治理难题会商", host="刘某", due=12, present=12))
    s.put([3, date(2026, 2, 4), "例会", "2月例会：示范点提升", None, "刘某", 12, 10, None],
          change(GN, ["present"], date="2026-02-04", type="regular", title="2月例会：示范点提升", host="刘某", due=12,
                 present=10))
    s.put([4, date(2026, 9, 2), "例会", "9月例会：阵地功能完善", None, None, 18, 18, None],
          same(GN, date="2026-09-02", type="regular", title="9月例会：阵地功能完善", due=18, present=18))
    s.put([5, date(2026, 11, 4), "联席会议", "四季度共驻共建联席会", "二楼", "徐某", 9, 11, None], refused("H"))
    s.put([6, datetime(2026, 11, 6, 9, 30), "例会", "11月例会：重点任务", " 三楼会议室 ", "刘某", 16, 16, "含列席"],
          add(GN, date="2026-11-06", type="regular", title="11月例会：重点任务", place="三楼会议室", host="刘某", due=16,
              present=16, note="含列席"))
    s.blank()
    s.put(["负责人：刘某", None, None, "填表人：示例甲", None, None, "填报日期：2026.11.20"])
    return f


@form
def meeting_dates():
    f = Form("meeting-dates.xlsx",
             "Every spelling of a date, real date cells and serial numbers in General cells; the year of short dates "
             "comes from the title; what is no single day is refused.",
             "meeting", "--org", GN)
    s = f.sheet("学习", fmt="m月d日")
    s.put(["2026年下半年专题学习一览表"], merge=["A:D"])
    s.put(["召开日期", "类型", "主题", "备注"])
    days = [
        ("2026-07-08", "2026-07-08"), ("2026/7/9", "2026-07-09"), ("2026.7.10", "2026-07-10"),
        ("2026年7月11日", "2026-07-11"), ("7月12日", "2026-07-12"), (46216, "2026-07-13"), (46217.375, "2026-07-14"),
        ("二〇二六年七月十五日", "2026-07-15"), ("20260716", "2026-07-16"), (20260717, "2026-07-17"),
        ("２０２６年７月１８日", "2026-07-18"), (date(2026, 7, 19), "2026-07-19"), ("2026 年 7 月 20 日", "2026-07-20"),
        ("2026年07月21号", "2026-07-21"), ("二○二六年十月二十二日", "2026-10-22"), ("\u00a02026-7-23 ", "2026-07-23"),
    ]
    for number, (cell, day) in enumerate(days, 1):
        title = f"专题学习第{number}讲"
        s.put([cell, "学习", title, None], add(GN, date=day, type="study", title=title))
    for cell in ["8.15-16", "9月底前", "2026年8月", "8月", "2026-06-31", "8月中旬", "待定", "2026年8月3日、4日", "8月5日或6日"]:
        s.put([cell, "学习", "专题学习（日期不明）", None], refused("A"))
    s.put([None, "学习", "专题学习（没有日期）", None], refused("A"))
    s.put(["注：日期请按“年-月-日”填写。"], merge=["A:D"])
    return f


@form
def meeting_short_year():
    f = TextForm("meeting-year-option.csv",
                 "GB18030 without any year: short dates take it from --year; line breaks inside quoted cells become lists; "
                 "blank lines count as rows; enum values by id, Chinese and English label.",
                 "meeting", "--year", "2026", encoding="gb18030")
    s = f.sheet()
    s.put(["组织", "召开日期", "类型", "主题", "议程", "决议", "存在问题", "应到人数", "实到人数"])
    s.put(["工农街道机关党支部", "10月9日", "支部党员大会", "讨论预备党员转正", "学习文件\n讨论转正\n表决", "同意转正", "无", "6", "5"],
          add(f"{GN}/jiguan", date="2026-10-09", type="general-meeting", title="讨论预备党员转正",
              agenda=["学习文件", "讨论转正", "表决"], decisions=["同意转正"], due=6, present=5))
    s.blank()
    s.put(["马营社区党委", "10月4日", "regular", "10月例会：物业矛盾", "通报、讨论；部署", "", "停车难，路灯不亮", "17人", "１６"],
          add(MY, date="2026-10-04", type="regular", title="10月例会：物业矛盾", agenda=["通报", "讨论", "部署"],
              problems=["停车难", "路灯不亮"], due=17, present=16))
    s.put(["", "10月18日", "Party Lesson", "书记讲党课", "", "", "—", "17", "12"],
          add(MY, date="2026-10-18", type="party-lesson", title="书记讲党课", due=17, present=12))
    s.blank(2)
    s.put(["马营社区党委", "10月", "主题党日", "入户走访", "", "", "", "", ""], refused("B"))
    return f


@form
def meeting_no_year():
    f = TextForm("meeting-no-year.csv",
                 "No year anywhere and none on the command line: a short date is refused though a year could be guessed; "
                 "full dates are taken. UTF-8 without a byte order mark, LF only.",
                 "meeting", newline="\n")
    s = f.sheet()
    s.put(["填报单位：湖北路街道党工委"])
    s.put(["序号", "召开日期", "类型", "主题"])
    s.put(["1", "11月3日", "例会", "11月例会：考核"], refused("B"))
    s.put(["2", "2026-11-04", "联系会", "地企对接"], add(HB, date="2026-11-04", type="liaison", title="地企对接"))
    s.put(["3", "2026-11-05", "茶话会", "迎新"], refused("C"))
    s.put(["4", "2026-11-06", "", "没写类型"], refused("C"))
    s.put(["说明：类型按统一口径填写"])
    return f


@form
def meeting_aliases():
    f = Form("meeting-aliases.xlsx",
             "Headings as any clerk writes them, none the program's own label; absent persons with reasons in brackets in "
             "one cell; a heading repeated in the middle of the table.",
             "meeting", alias=True, left_out=["照片"])
    s = f.sheet("三会一课")
    heading = ["序号", "党组织名称", "会议日期", "会议类型", "会议名称", "会议地点", "主持", "应到", "实到", "缺席人员", "照片"]
    s.put(["党组织活动记录（2026年第四季度）"], merge=["A:K"])
    s.put(heading)
    s.put([1, "马营社区党委", "2026.10.12", "党课", "基层治理实务", "活动室", "赵某", 17, 15, "李某（病假）、王某（出差）", "有"],
          add(MY, date="2026-10-12", type="party-lesson", title="基层治理实务", place="活动室", host="赵某", due=17,
              present=15, absent=[{"who": "李某", "reason": "病假"}, {"who": "王某", "reason": "出差"}]))
    s.put(heading)
    s.put([2, "大所社区党委", "10月13日", "主题党日", "清洁家园", "社区广场", "胡某", "十二", "十一", None, None],
          add(f"{GN}/dasuo", date="2026-10-13", type="theme-day", title="清洁家园", place="社区广场", host="胡某", due=12,
              present=11))
    return f


@form
def meeting_english():
    f = TextForm("meeting-english.tsv",
                 "Tabs, UTF-16 little-endian with a byte order mark, English headings and English values of the choices.",
                 "meeting", encoding="utf-16-le", bom=b"\xff\xfe")
    s = f.sheet()
    s.put(["Organisation", "Date", "Type", "Title", "Place", "Number due", "Number present", "Rating"])
    s.put(["jianxi/gongnong/feigong", "2026-11-02", "theme day", "Clean homes", "Hall", "14", "13", "good"],
          add(f"{GN}/feigong", date="2026-11-02", type="theme-day", title="Clean homes", place="Hall", due=14, present=13,
              rating="good"))
    s.put(["gongnong/shehui", "2026/11/03", "General meeting", "Quarterly report", "", "8", "8", "fair"],
          add(f"{GN}/shehui", date="2026-11-03", type="general-meeting", title="Quarterly report", due=8, present=8,
              rating="fair"))
    s.put(["工农街道机关党支部", "2026-11-04", "study", "Reading", "", "6", "7", ""], refused("G"))
    return f


@form
def meeting_ids():
    f = TextForm("meeting-field-ids.csv",
                 "Field ids as headings, UTF-8 with a byte order mark, columns in another order than the program's.",
                 "meeting", bom=b"\xef\xbb\xbf")
    s = f.sheet()
    s.put(["title", "type", "date", "present", "due", "org", "decisions"])
    s.put(['讨论"三单"', "committee-meeting", "2026-11-09", "3", "3", "gongnong/jiguan", "报区委,公示"],
          add(f"{GN}/jiguan", title='讨论"三单"', type="committee-meeting", date="2026-11-09", present=3, due=3,
              decisions=["报区委", "公示"]))
    s.put(["月度学习讨论", "group-meeting", "2026-09-08", "2", "3", "gongnong/jiguan", ""],
          same(f"{GN}/jiguan", title="月度学习讨论", type="group-meeting", date="2026-09-08", present=2, due=3))
    return f


@form
def meeting_organisations():
    f = Form("meeting-organisations.xlsx",
             "An organisation by name, short name, path, end of a path, initials and code; the end of a path that names "
             "two and a name that is none are refused; a blank one under a value is the one above.",
             "meeting", "--year", "2026")
    s = f.sheet()
    s.put(["组织", "召开日期", "类型", "主题"])
    names = [("马营社区党委", MY), ("涧西区委", "jianxi"), ("jianxi/wuhanlu", WH), ("wuhanlu/luowai", f"{WH}/luowai"),
             ("lpsqdw", "jianxi/zhengzhoulu/longpeng"), ("410305012015", f"{GN}/dasuo"), (" 马营社区 党委\n", MY),
             (None, MY), ("maying", MY)]
    for number, (name, org) in enumerate(names, 1):
        s.put([name, f"11月{number}日", "其他", f"碰头会{number}"],
              add(org, date=f"2026-11-{number:02}", type="other", title=f"碰头会{number}"))
    s.put(["wuhanlu", "11月10日", "其他", "碰头会10"], refused("A"))
    s.put(["洛北社区党委", "11月11日", "其他", "碰头会11"], refused("A"))
    return f


@form
def meeting_two_organisation_columns():
    f = Form("meeting-subdistrict-column.xls",
             "The sub-district in one column, merged down over its communities, the community in the next; a row with the "
             "sub-district alone is the sub-district's own; a community under the wrong sub-district is refused.",
             "meeting", alias=True)
    s = f.sheet("汇总")
    s.put(["各街道社区例会汇总表（2026年11月）"], merge=["A:F"])
    s.put(["街道", "社区", "召开日期", "类型", "主题", "应到人数"])
    s.put(["工农街道党工委", None, date(2026, 11, 4), "例会", "11月例会", 16],
          add(GN, date="2026-11-04", type="regular", title="11月例会", due=16), merge=["A:A+2"])
    s.put([None, "马营社区党委", date(2026, 11, 2), "例会", "11月例会", 15],
          add(MY, date="2026-11-02", type="regular", title="11月例会", due=15))
    s.put([None, "大所社区党委", date(2026, 11, 3), "例会", "11月例会", 14],
          add(f"{GN}/dasuo", date="2026-11-03", type="regular", title="11月例会", due=14))
    s.put(["重庆路街道", "一社区", date(2026, 11, 5), "例会", "11月例会", 12],
          add(f"{CQ}/yi", date="2026-11-05", type="regular", title="11月例会", due=12))
    s.put(["重庆路街道党工委", "马营社区党委", date(2026, 11, 6), "例会", "11月例会", 12], refused("B"))
    return f


@form
def meeting_numbers():
    f = Form("meeting-numbers.xlsx",
             "Numbers as people write them: full width, with a unit, in Chinese, as text, a formula with its stored result; "
             "two numbers, a half person, about so many and an error value are refused; a dash is none. A column-number row "
             "(甲 乙 1 2) under the heading is no record.",
             "meeting", "--org", HB)
    s = f.sheet()
    s.put(["召开日期", "类型", "主题", "应到人数", "实到人数"])
    s.put(["甲", "乙", "丙", 1, 2])
    right = [("１２", "11人", 12, 11), ("四十一", "四十", 41, 40), ("1,234", "１，２００", 1234, 1200), (20.0, "二十", 20, 20),
             ("一百零五名", "一百名", 105, 100), (Formula("=10+5", 15), " 15 ", 15, 15), ("—", "无", None, None)]
    for number, (due, present, due_is, present_is) in enumerate(right, 1):
        counts = {"due": due_is, "present": present_is} if due_is else {}
        s.put([f"2026-11-{number:02}", "学习", f"夜学{number}", due, present],
              add(HB, date=f"2026-11-{number:02}", type="study", title=f"夜学{number}", **counts))
    for cell in ["三十五/四十", 12.5, "约20", "20-25", "若干", "-3", "#N/A"]:
        s.put(["2026-11-20", "学习", f"夜学（{as_word(cell)}）", cell, None], refused("D"))
    return f


def as_word(cell):
    return "错误值" if cell == "#N/A" else str(cell)


@form
def meeting_sheets():
    f = Form("meeting-sheets.xlsx",
             "A sheet for each organisation, named like it; a sheet of instructions and a hidden sheet of words, both no "
             "tables; columns in another order on the second sheet; the same row twice (the second adds nothing).",
             "meeting", "--year", "2026")
    s = f.sheet("填报说明")
    s.put(["一、本表由各支部填报。"])
    s.put(["二、类型请从下拉列表选择，日期写明年月日。"])
    s = f.sheet("工农街道机关党支部")
    s.put(["召开日期", "类型", "主题", "主持人"])
    s.put(["10月20日", "主题党日", "政策宣讲", "示例甲"],
          add(f"{GN}/jiguan", date="2026-10-20", type="theme-day", title="政策宣讲", host="示例甲"))
    s.put(["10月27日", "党小组会", "学习与分工", "示例乙"],
          add(f"{GN}/jiguan", date="2026-10-27", type="group-meeting", title="学习与分工", host="示例乙"))
    s.put(["10月27日", "党小组会", "学习与分工", "示例乙"],
          same(f"{GN}/jiguan", date="2026-10-27", type="group-meeting", title="学习与分工", host="示例乙"))
    s = f.sheet("工农商圈联合党支部")
    s.put(["2026年第四季度"])
    s.put(["主题", "召开日期", "类型"])
    s.put(["商户座谈", date(2026, 10, 21), "其他"],
          add(f"{GN}/feigong", date="2026-10-21", type="other", title="商户座谈"))
    s = f.sheet("数据字典")
    s.hidden = True
    s.put(["例会"])
    s.put(["党课"])
    return f


@form
def meeting_personal_numbers():
    f = Form("meeting-personal-numbers.xlsx",
             "An identity number and a mobile number inside cells that would be taken in (refused, the number not "
             "repeated); a column of mobile numbers that is no field (left out, said). The numbers are the standard's own "
             "examples.",
             "meeting", "--org", f"{GN}/jiguan", left_out=["联系电话"], never=["11010519491231002X", "13800138000"])
    s = f.sheet()
    s.put(["序号", "召开日期", "类型", "主题", "主持人", "联系电话", "备注"])
    s.put([1, "2026-11-10", "党课", "微党课一", "示例甲", "13800138000", "正常"],
          add(f"{GN}/jiguan", date="2026-11-10", type="party-lesson", title="微党课一", host="示例甲", note="正常"))
    s.put([2, "2026-11-11", "党课", "微党课二", "示例甲", 13800138000, "证号11010519491231002X"], refused("G"))
    s.put([3, "2026-11-12", "党课", "微党课三", "示例甲 13800138000", None, None], refused("E"))
    return f


@form
def meeting_blocks():
    f = Form("meeting-blocks.xlsx",
             "One sheet pasted together from two branches: each block with its own 单位 row, its own heading and its own "
             "signature; a block's rows belong to its own unit, not to the first one.",
             "meeting")
    s = f.sheet("汇总")
    s.put(["2026年11月组织生活汇总"], merge=["A:E"])
    for branch, name, first in [("feigong", "工农商圈联合党支部", 3), ("shehui", "工农志愿服务联合党支部", 5)]:
        s.put([f"填报单位：{name}"], merge=["A:E"])
        s.put(["序号", "召开日期", "类型", "主题", "实到人数"])
        for number in (1, 2):
            day = first + number
            s.put([number, f"11月{day}日", "主题党日", f"政策宣讲{number}", "６人"],
                  add(f"{GN}/{branch}", date=f"2026-11-{day:02}", type="theme-day", title=f"政策宣讲{number}", present=6))
        s.put([None, "填表人：示例甲", None, "审核人：示例乙"])
        s.blank()
    return f


# --- tasks and commitments ---------------------------------------------------------------

@form
def task_sections():
    f = Form("task-sections.xlsx",
             "The unit above the table owns the rows while 责任单位 is the owner of the task; section rows, a heading "
             "repeated in the middle, units joined in one cell, notes and a signature below; a due date before the day it "
             "was set and 9月底前 are refused; one task differs in its leader from the record.",
             "task")
    s = f.sheet("重点任务")
    heading = ["序号", "清单", "任务", "工作\n措施", "牵头领导", "责任单位", "配合单位", "下达日期", "完成时限", "权重"]
    s.put(["2026年第四季度重点任务清单"], merge=["A:J"])
    s.put(["单位：工农街道党工委"], merge=["A:J"])
    s.put(heading)
    s.put(["一、组织建设"], merge=["A:J"])
    s.put([1, "任务清单", "换届准备", "成立专班；摸底", "示例甲", "组织办", "马营社区党委、大所社区党委", "10月8日", "12月20日", 5],
          add(GN, list="task", title="换届准备", measures="成立专班；摸底", lead="示例甲", owner="组织办",
              supporting=["马营社区党委", "大所社区党委"], set="2026-10-08", due="2026-12-20", weight=5))
    s.put([2, "责任清单", "完善三项清单", None, "示例乙", "工农街道党工委", None, "2026-08-01", "2026-09-26", None],
          change(GN, ["lead"], list="duty", title="完善三项清单", lead="示例乙", owner="工农街道党工委", set="2026-08-01",
                 due="2026-09-26"))
    s.put(["二、为民服务"], merge=["A:J"])
    s.put(heading)
    s.put([3, "问题清单", "路灯不亮", "逐杆排查，限期修复", "示例乙", "城管办", "供电所\n马营社区党委", "2026.10.9", "2026.11.30", None],
          add(GN, list="problem", title="路灯不亮", measures="逐杆排查，限期修复", lead="示例乙", owner="城管办",
              supporting=["供电所", "马营社区党委"], set="2026-10-09", due="2026-11-30"))
    s.put([4, "问题清单", "占道经营", None, None, "城管办", None, "10月9日", "9月底前", None], refused("I"))
    s.put([5, "整改", "标识缺失", None, None, "党建办", None, "2026-11-09", "2026-11-01", None], refused("I"))
    s.blank()
    s.put(["注：1.完成时限须写明年月日；2.责任单位写全称。"], merge=["A:J"])
    s.put([None, "负责人：", None, "填表人：示例丙", None, "联系电话："])
    return f


@form
def task_states():
    f = Form("task-states.xls",
             "进展 holds a state alone: with --state-day each takes that day; an unknown state is refused; the order of "
             "columns is the return's.",
             "task", "--org", HB, "--state-day", "2026-11-20")
    s = f.sheet("回单")
    s.put(["任务", "清单", "责任单位", "下达日期", "完成时限", "进展"])
    s.put(["开展消防排查", "任务清单", "湖北路街道党工委", date(2026, 10, 8), date(2026, 11, 30), "已完成"],
          add(HB, title="开展消防排查", list="task", owner="湖北路街道党工委", set="2026-10-08", due="2026-11-30",
              updates=[{"on": "2026-11-20", "status": "done"}]))
    s.put(["联合开展义诊", "共建事项", "湖北路街道党工委", date(2026, 10, 9), date(2026, 12, 5), "正在推进"],
          add(HB, title="联合开展义诊", list="co-building", owner="湖北路街道党工委", set="2026-10-09", due="2026-12-05",
              updates=[{"on": "2026-11-20", "status": "in-progress"}]))
    s.put(["增设书屋", "共建事项", "湖北路街道党工委", date(2026, 10, 10), date(2026, 12, 5), None],
          add(HB, title="增设书屋", list="co-building", owner="湖北路街道党工委", set="2026-10-10", due="2026-12-05"))
    s.put(["增设座椅", "共建事项", "湖北路街道党工委", date(2026, 10, 10), date(2026, 12, 6), "差不多了"], refused("F"))
    return f


@form
def task_states_without_day():
    f = Form("task-states-without-day.ods",
             "The same kind of return with no day for the state anywhere: 已完成 and √ are refused, a state with its own day "
             "in the cell is taken, no progress is no progress.",
             "task", "--org", HB)
    s = f.sheet("回单")
    s.put(["任务", "清单", "责任单位", "下达日期", "完成时限", "进展"])
    s.put(["开展禁毒宣传", "任务清单", "湖北路街道党工委", date(2026, 10, 8), date(2026, 11, 30), "已完成"], refused("F"))
    s.put(["开展反诈宣传", "任务清单", "湖北路街道党工委", date(2026, 10, 8), date(2026, 11, 30), "√"], refused("F"))
    s.put(["开展普法宣传", "任务清单", "湖北路街道党工委", date(2026, 10, 8), date(2026, 11, 30), "2026-11-18 已完成"],
          add(HB, title="开展普法宣传", list="task", owner="湖北路街道党工委", set="2026-10-08", due="2026-11-30",
              updates=[{"on": "2026-11-18", "status": "done"}]))
    s.put(["开展健康宣传", "任务清单", "湖北路街道党工委", date(2026, 10, 8), date(2026, 11, 30), None],
          add(HB, title="开展健康宣传", list="task", owner="湖北路街道党工委", set="2026-10-08", due="2026-11-30"))
    return f


@form
def task_progress_columns():
    f = Form("task-progress-columns.xlsx",
             "The return a sub-district sends: 完成情况, the day beside it, progress in percent in four spellings, 责任人 "
             "(a person, the task's leader) beside 责任单位; a done task whose day is missing is refused.",
             "task", alias=True)
    s = f.sheet("回单")
    s.put(["任务清单完成情况回单"], merge=["A:J"])
    s.put(["填报单位：武汉路街道党工委", None, None, None, None, None, "2026年11月"])
    s.put(["序号", "清单", "任务名称", "责任人", "责任单位", "下达时间", "完成时限", "完成情况", "完成日期", "进度"])
    rows = [("清理楼道", "已完成", "11月12日", Styled(1, "0%"), "done", "2026-11-12", 100),
            ("更换灯具", "正在推进", "11月15日", "60%", "in-progress", "2026-11-15", 60),
            ("补种绿化", "正在推进", "11月16日", Styled(0.4, "0%"), "in-progress", "2026-11-16", 40),
            ("修缮围墙", "正在推进", "11月17日", 0.25, "in-progress", "2026-11-17", 25)]
    for number, (title, state, day, percent, status, on, value) in enumerate(rows, 1):
        update = {"on": on, "status": status, "percent": value}
        s.put([number, "任务清单", title, "示例甲", "城管办", "10月10日", "12月10日", state, day, percent],
              add(WH, list="task", title=title, lead="示例甲", owner="城管办", set="2026-10-10", due="2026-12-10",
                  updates=[update]))
    s.put([5, "任务清单", "清洗外墙", "示例甲", "城管办", "10月10日", "12月11日", "已完成", None, None], refused("H"))
    return f


@form
def commitment_hidden():
    f = Form("commitment-hidden.xlsx",
             "Merged cells that fill down (type over three rows, day signed over two); a blank type that is not merged; a hidden row and a "
             "hidden column that count; two names in a text field stay one text; the record that is there, a "
             "tier that is none of the list.",
             "commitment", "--org", HB)
    s = f.sheet("承诺")
    s.put(["类型", "层级", "事项", "承诺人", "承诺对象", "签订日期", "兑现期限", "内容"])
    s.put(["责任书", "党委级", "2026年党建工作责任书", "杨某", "涧西区委", "2026-02-25", "2026-12-31", None],
          same(HB, type="responsibility-letter", tier="committee", title="2026年党建工作责任书", by="杨某", to="涧西区委",
               signed="2026-02-25", due="2026-12-31"))
    s.put(["公开承诺", "基层", "每季度慰问困难户", "示例甲、示例乙", "居民", date(2026, 10, 12), date(2026, 12, 25), "慰问"],
          add(HB, type="public-promise", tier="grassroots", title="每季度慰问困难户", by="示例甲、示例乙", to="居民",
              signed="2026-10-12", due="2026-12-25", content="慰问"), merge=["A:A+2", "F:F+1"])
    s.put([None, "grassroots", "安装扶手", "示例丙", "居民", None, date(2026, 12, 26), None],
          add(HB, type="public-promise", tier="grassroots", title="安装扶手", by="示例丙", to="居民", signed="2026-10-12",
              due="2026-12-26"), hidden=True)
    s.put([None, "基层", "修补路面", "示例丁", "居民", date(2026, 10, 13), date(2026, 12, 27), None],
          add(HB, type="public-promise", tier="grassroots", title="修补路面", by="示例丁", to="居民", signed="2026-10-13",
              due="2026-12-27"))
    s.put(["联系点承诺", "街道级", "解决停车难", "示例戊", "居民", date(2026, 10, 14), date(2026, 12, 28), None], refused("B"))
    s.put([None, "基层", "没有合并的空类型", "示例己", "居民", date(2026, 10, 15), date(2026, 12, 29), None], refused("A"))
    s.hidden_columns.add("H")
    return f


# --- figures by month and quarter --------------------------------------------------------

@form
def service_wide():
    f = Form("service-wide.xlsx",
             "Months side by side under a merged year: three heading rows, a row for each organisation, 数据未出 merged over "
             "a month's two figures, a month left blank (no record); a total column at the right is left out; one sum of the total "
             "row is wrong; 单位：件 above is a unit of count, not an organisation.",
             "service", left_out=["全季合计"])
    s = f.sheet("横排")
    s.put(["街道便民服务统计表"], merge=["A:I"])
    s.put([None, None, None, None, None, None, None, None, "单位：件"])
    s.put(["序号", "组织", "2026年", None, None, None, None, None, "全季合计"], merge=["A:A+2", "B:B+2", "C:H", "I:I+2"])
    s.put([None, None, "1月", None, "2月", None, "3月", None, None], merge=["C:D", "E:F", "G:H"])
    s.put([None, None, "受理", "办结", "受理", "办结", "受理", "办结", None])

    def months(org, *figures):
        return [add(org, month=f"2026-0{month}", **values) for month, values in figures]

    def counts(accepted, completed):
        return {"accepted": accepted, "completed": completed}

    s.put([1, "工农街道党工委", 120, 118, "90件", "８８", 100, 100, 310],
          *months(GN, (1, counts(120, 118)), (2, counts(90, 88)), (3, counts(100, 100))))
    s.put([2, "湖北路街道党工委", 80, 80, "数据未出", None, 70, 69, 150],
          *months(HB, (1, counts(80, 80)), (2, {"no_data": "数据未出"}), (3, counts(70, 69))), merge=["E:F"])
    s.put([3, "武汉路街道党工委", "1,060", 1050, 60, 60, None, None, 1120],
          *months(WH, (1, counts(1060, 1050)), (2, counts(60, 60))))
    s.total([None, "合计", 1250, Formula("=SUM(D6:D8)", 1248), 150, 148, Formula("=SUM(G6:G8)", 170), 169, 1580], C=(1250, 1260), D=(1248, 1248), E=(150, 150), F=(148, 148),
            G=(170, 170), H=(169, 169))
    return f


@form
def service_long():
    f = Form("service-long.xls",
             "A row for each month, the organisation merged over its months; months "
             "in every spelling, a month as a date cell; subtotals by organisation right and wrong, a grand total; 未报; a "
             "row that is there; on a second sheet more completed than accepted, and a quarter for a month, are refused.",
             "service")
    s = f.sheet("便民服务", fmt='yyyy"年"m"月"')
    s.put(["2026年便民服务统计表"], merge=["A:G"])
    s.put(["组织", "月份", "受理", "办结", "回访", "满意", "备注"])
    dasuo = f"{GN}/dasuo"
    s.put(["马营社区党委", "2026年10月", "160件", "158件", 40, 39, None],
          add(MY, month="2026-10", accepted=160, completed=158, surveyed=40, satisfied=39), merge=["A:A+2"])
    s.put([None, "11月", 90, 88, None, None, "截至25日"],
          add(MY, month="2026-11", accepted=90, completed=88, note="截至25日"))
    s.put([None, "2026.9", 160, 160, 40, 40, None],
          same(MY, month="2026-09", accepted=160, completed=160, surveyed=40, satisfied=40))
    s.total(["小计", None, 410, 406, 80, 79, None], C=(410, 410), D=(406, 406), E=(80, 80), F=(79, 79))
    s.put(["大所社区党委", date(2026, 10, 1), 70, 70, 17, 17, None],
          add(dasuo, month="2026-10", accepted=70, completed=70, surveyed=17, satisfied=17), merge=["A:A+1"])
    s.put([None, "2026-11", "未报", None, None, None, None], add(dasuo, month="2026-11", no_data="未报"))
    s.total(["小计", None, 75, 70, 17, 17, None], C=(75, 70), D=(70, 70), E=(17, 17), F=(17, 17))
    s.total(["合　计", None, 485, 476, 97, 96, None], C=(485, 480), D=(476, 476), E=(97, 97), F=(96, 96))
    s.blank()
    s.put(["填表人：示例甲", None, None, "审核人：", None, None, "2026年11月26日"])
    s = f.sheet("补报")
    s.put(["组织", "月份", "受理", "办结"])
    s.put(["大所社区党委", "2026年十二月", 10, 12], refused("D"))
    s.put(["大所社区党委", "第四季度", 10, 9], refused("B"))
    return f


@form
def publicity_wide():
    f = Form("publicity-wide.ods",
             "One figure with the months side by side under its own merged heading; 1.2万 and full-width numbers; a total "
             "column at the right left out; a sum that is a formula with its stored result; a year in the title only.",
             "publicity", "--org", "jianxi", left_out=["合计"])
    s = f.sheet("信息发布")
    s.put(["2026年10—11月信息发布情况"], merge=["A:E"])
    s.put(["序号", "平台", "发布条数", None, "合计"], merge=["A:A+1", "B:B+1", "C:D", "E:E+1"])
    s.put([None, None, "10月", "11月", None])

    def platform(name, october, november):
        return [add("jianxi", month="2026-10", platform=name, items=october),
                add("jianxi", month="2026-11", platform=name, items=november)]

    s.put([1, "党建微信公众号", "1.2万", 1305, 13305], *platform("党建微信公众号", 12000, 1305))
    s.put([2, "先锋网", "1,020条", 980, 2000], *platform("先锋网", 1020, 980))
    s.put([3, "视频号", "３００", "未出", 300],
          add("jianxi", month="2026-10", platform="视频号", items=300),
          add("jianxi", month="2026-11", platform="视频号", no_data="未出"))
    s.total([None, "总计", 13320, Formula("=SUM(D4:D6)", 2285), 15605],
            C=(13320, 13320), D=(2285, 2285))
    return f


@form
def filing_quarters_wide():
    f = Form("filing-quarters-wide.xlsx",
             "Quarters side by side, each with its day and its clerk under a merged heading; a quarter with a day that is "
             "no day is refused while its neighbour stands; a blank quarter is no record.",
             "filing")
    s = f.sheet("上报情况")
    s.put(["组织", "2026年一季度", None, "2026年二季度", None], merge=["A:A+1", "B:C", "D:E"])
    s.put([None, "上报日期", "上报人", "上报日期", "上报人"])
    s.put(["工农街道机关党支部", date(2026, 4, 3), "示例甲", "2026.7.2", "示例乙"],
          add(f"{GN}/jiguan", quarter="2026Q1", filed="2026-04-03", by="示例甲"),
          add(f"{GN}/jiguan", quarter="2026Q2", filed="2026-07-02", by="示例乙"))
    s.put(["工农商圈联合党支部", "2026-04-05", "示例丙", None, None],
          add(f"{GN}/feigong", quarter="2026Q1", filed="2026-04-05", by="示例丙"))
    s.put(["湖北路街道机关党支部", "4月上旬", "示例丁", "2026年7月3日", "示例丁"],
          refused("B"), add(f"{HB}/jiguan", quarter="2026Q2", filed="2026-07-03", by="示例丁"))
    return f


@form
def filing_long():
    f = TextForm("filing-long.csv",
                 "Quarters in every spelling of the command line; UTF-16 big-endian; a return that is there, one whose day "
                 "was put right; a quarter without a year takes it from --year.",
                 "filing", "--year", "2026", encoding="utf-16-be", bom=b"\xfe\xff")
    s = f.sheet()
    s.put(["组织", "上报季度", "上报日期", "上报人"])
    quarters = [("feigong", "2026Q3", "2026Q3"), ("jiguan", "2026年第三季度", "2026Q3"), ("shehui", "2026年3季度", "2026Q3"),
                ("feigong", "三季度", None), ("jiguan", "2026-Q2", "2026Q2"), ("shehui", "二季度", "2026Q2")]
    for number, (branch, cell, quarter) in enumerate(quarters, 1):
        org = f"{WH}/{branch}"
        record = {"quarter": quarter or "2026Q3", "filed": "2026-10-07", "by": "示例甲"}
        # The fourth row says 2026Q3 of the same branch again, in other words: it adds nothing.
        s.put([org, cell, "2026-10-07", "示例甲"], add(org, **record) if quarter else same(org, **record))
    s.put(["武汉路街道党工委", "2026年第三季度", "2026.10.7", "周某"],
          same(WH, quarter="2026Q3", filed="2026-10-07", by="周某"))
    s.put(["湖北路街道党工委", "2026Q3", "9月28日", "徐某"],
          change(HB, ["filed"], quarter="2026Q3", filed="2026-09-28", by="徐某"))
    s.put(["湖北路街道党工委", "五季度", "9月28日", "徐某"], refused("B"))
    return f


# --- money, registers --------------------------------------------------------------------

@form
def fund_sums():
    f = Form("fund-sums.ods",
             "单位：元 above names money, not an organisation; amounts with separators, 万, a currency sign and fen; subtotals "
             "by stage, a total that is wrong; full-width brackets in the heading; a purpose "
             "that is none of the list is refused.",
             "fund", "--org", GN)
    s = f.sheet("经费")
    s.put(["党建经费使用情况（2026年下半年）"], merge=["A:G"])
    s.put([None, None, None, None, None, None, "单位：元"])
    s.put(["日期", "环节", "来源", "用途", "项目", "金额（元）", "凭证"])
    s.put(["一、拨付"], merge=["A:G"])
    s.put(["2026-10-08", "拨付", "财政", "阵地建设", "活动室改造", "3.5万", "记-101"],
          add(GN, date="2026-10-08", stage="allocated", source="fiscal", purpose="premises", project="活动室改造", amount=35000,
              voucher="记-101"))
    s.put(["10月9日", "拨付", "党费", "教育培训", "集中轮训", "1,234.50", "记-102"],
          add(GN, date="2026-10-09", stage="allocated", source="dues", purpose="training", project="集中轮训", amount=1234.5,
              voucher="记-102"))
    s.total(["小计", None, None, None, None, 36234.5, None], F=(36234.5, 36234.5))
    s.put(["二、支出"], merge=["A:G"])
    s.put([date(2026, 11, 3), "支出", "fiscal", "服务群众", "义诊", "￥8,000.00元", "记-115"],
          add(GN, date="2026-11-03", stage="spent", source="fiscal", purpose="service", project="义诊", amount=8000,
              voucher="记-115"))
    s.put([date(2026, 11, 4), "支出", "共建", "表彰奖励", None, 0.05, None],
          add(GN, date="2026-11-04", stage="spent", source="co-building", purpose="reward", amount=0.05))
    s.total(["小计", None, None, None, None, 8000.05, None], F=(8000.05, 8000.05))
    s.total(["总计", None, None, None, None, "44,324.55", None], F=(44324.55, 44234.55))
    s = f.sheet("待核")
    s.put(["日期", "环节", "来源", "用途", "项目", "金额(元)", "凭证"])
    s.put([date(2026, 11, 5), "支出", "财政", "吃饭", None, 100, None], refused("D"))
    s.put([date(2026, 11, 6), "支出", "财政", "其他", None, 10.125, None], refused("F"))
    return f


@form
def fund_wan():
    f = Form("fund-wan.xlsx",
             "The heading says 万元: a careful clerk takes 3.5 for 35000 yuan. To refuse or to ask is right too; to take in "
             "3.5 yuan is wrong.",
             "fund", "--org", GN, alias=True, open=True)
    s = f.sheet()
    s.put(["日期", "环节", "来源", "用途", "金额（万元）"])
    s.put(["2026-11-10", "预算", "财政", "功能提升", 3.5],
          add(GN, date="2026-11-10", stage="budget", source="fiscal", purpose="function", amount=35000))
    return f


@form
def fund_unit():
    f = Form("fund-unit.xlsx",
             "The unit of money stands in the title of one sheet, below the heading of another, in a note under the table of "
             "a third: 3.5 is 35000 yuan in all of them.",
             "fund", "--org", GN)
    heading = ["日期", "环节", "来源", "用途", "金额"]
    row = lambda day: ([f"2026-11-{day}", "预算", "财政", "功能提升", 3.5],
                       add(GN, date=f"2026-11-{day}", stage="budget", source="fiscal", purpose="function", amount=35000))
    s = f.sheet("标题")
    s.put(["经费使用情况表（金额单位：万元）"], merge=["A:E"])
    s.put(heading)
    s.put(*row(11))
    s = f.sheet("表头下")
    s.put(["经费使用情况表"], merge=["A:E"])
    s.put(heading)
    s.put([None, None, None, None, "（万元）"])
    s.put(*row(12))
    s = f.sheet("注")
    s.put(heading)
    s.put(*row(13))
    s.put(["注：金额以万元计。"], merge=["A:E"])
    return f


@form
def member_sheets():
    f = Form("member-sheets.xlsx",
             "A register on two sheets named like branches; columns of identity and mobile numbers that are no fields are "
             "left out; a member that is there, and one whose class changed; a sheet of notes.",
             "member", left_out=["身份证号码", "手机"], never=["11010519491231002X", "13800138000"])
    s = f.sheet("工农街道机关党支部")
    s.put(["党员花名册"], merge=["A:G"])
    s.put(["序号", "代号", "姓名", "类别", "转入日期", "身份证号码", "手机"])
    s.put([1, "党员A01", "示例甲", "干部", "2026年10月8日", "11010519491231002X", "13800138000"],
          add(f"{GN}/jiguan", code="党员A01", name="示例甲", class_="cadre", since="2026-10-08"))
    s.put([2, "党员A02", None, "流动", date(2026, 10, 9), "11010519491231002X", 13800138000],
          add(f"{GN}/jiguan", code="党员A02", class_="mobile", since="2026-10-09"))
    s.put([3, "党员A03", None, "群众", date(2026, 10, 9), None, None], refused("D"))
    s = f.sheet("武汉路街道机关党支部")
    s.put(["代号", "类别", "转入日期", "转出日期"])
    s.put(["党员0087", "普通党员", "2024-11-27", None],
          same(f"{WH}/jiguan", code="党员0087", class_="regular", since="2024-11-27"))
    s.put(["党员0089", "离退休", "2024.11.27", None],
          change(f"{WH}/jiguan", ["class"], code="党员0089", class_="retired", since="2024-11-27"))
    s.put(["党员A04", "普通党员", "2026-10-10", "2026-10-01"], refused("D"))
    s = f.sheet("说明")
    s.put(["说明：代号由各支部统一编制，不得填写真实姓名。"])
    return f


@form
def visit_contacts():
    f = Form("visit-contacts.xls",
             "The contact point by its leader's name or by its id, the organisation merged over its visits; counts in "
             "Chinese and with a unit; a leader without a contact point, and two counts in one cell, are refused; a visit "
             "that is there.",
             "visit")
    s = f.sheet("走访")
    s.put(["区委常委走访联系点情况表"], merge=["A:F"])
    s.put(["组织", "走访\n日期", "联系点", "事由", "发现问题", "解决问题数"])
    contact = "cp-20251013-q9g8wkhh"
    s.put(["武汉路街道党工委", "2026-09-24", "常委08", "讲党课", 2, 2],
          same(WH, date="2026-09-24", contact=contact, purpose="lesson", found=2, solved=2), merge=["A:A+3"])
    s.put([None, date(2026, 11, 5), contact, "调研", "三个", "两个"],
          add(WH, date="2026-11-05", contact=contact, purpose="study", found=3, solved=2))
    s.put([None, date(2026, 11, 12), "常委08", "指导工作", "三十五/四十", None], refused("E"))
    s.put([None, date(2026, 11, 13), "常委99", "指导工作", 1, 1], refused("C"))
    s.put(["工农街道党工委", date(2026, 11, 14), "常委11", "其他", "无", 0],
          add(GN, date="2026-11-14", contact="cp-20251013-2rkscnwx", purpose="other", solved=0))
    return f


@form
def resource_lists():
    f = Form("resource-lists.ods",
             "The three lists of co-building, the list merged down, section rows between; yes and no as √ × 是 否; numbers "
             "with units; a list value that is not merged and blank is refused.",
             "resource", "--org", WH)
    s = f.sheet("共建清单")
    s.put(["武汉路街道共建资源、需求、项目清单"], merge=["A:H"])
    s.put(["序号", "清单", "类别", "名称", "提供单位", "数量", "列入日期", "已共享"])
    s.put(["（一）资源"], merge=["A:H"])
    s.put([1, "资源清单", "场地", "篮球场", "示例银行支行", "1处", "2026-10-10", "√"],
          add(WH, list="resource", category="venue", name="篮球场", provider="示例银行支行", quantity=1, date="2026-10-10",
              shared=True), merge=["B:B+2"])
    s.put([2, None, "物资", "投影仪", "示例第一中学", "３台", "2026年10月11日", "×"],
          add(WH, list="resource", category="goods", name="投影仪", provider="示例第一中学", quantity=3, date="2026-10-11",
              shared=False))
    s.put([3, None, "人才", "律师", "示例律所", "二名", date(2026, 10, 12), "是"],
          add(WH, list="resource", category="people", name="律师", provider="示例律所", quantity=2, date="2026-10-12",
              shared=True))
    s.put(["（二）需求"], merge=["A:H"])
    s.put([4, "需求清单", "health", "义诊", None, None, date(2026, 10, 13), "否"],
          add(WH, list="need", category="health", name="义诊", date="2026-10-13", shared=False))
    s.put([5, None, "文化", "没有合并的空清单", None, None, date(2026, 10, 14), None], refused("B"))
    s.put(["（三）项目"], merge=["A:H"])
    s.put([6, "项目清单", "文化", "共建书屋", "示例第一中学", None, "2026-06-15", None],
          same(WH, list="project", category="culture", name="共建书屋", provider="示例第一中学", date="2026-06-15"))
    s.put([7, "项目清单", "文化", "共建书屋二期", "示例第一中学", None, "2026-10-15", "基本"], refused("H"))
    return f


@form
def commitment_dated_states():
    f = TextForm("commitment-dated-states.csv",
                 "States with their days in one cell, before or behind; one whose day lacks its year is asked for that alone.",
                 "commitment", "--org", HB)
    s = f.sheet("")
    s.put(["类型", "事项", "承诺人", "签订日期", "兑现期限", "兑现情况"])
    def kept(title, said):
        s.put(["公开承诺", title, "示例甲", "2026-03-01", "2026-06-30", said],
              add(HB, type="public-promise", title=title, by="示例甲", signed="2026-03-01", due="2026-06-30",
                  updates=[{"on": "2026-06-20", "status": "kept"}]))
    kept("其一", "2026年6月20日已兑现")
    kept("其二", "已兑现（2026-06-20）")
    s.put(["公开承诺", "其三", "示例甲", "2026-03-01", "2026-06-30", "6月20日已兑现"], refused("F"))
    return f


@form
def meeting_sections():
    f = Form("meeting-sections.xlsx",
             "Organisations in rows of their own, the first just below the heading; one that nobody knows, one with a colon; "
             "titles that begin as totals do; a subtotal; a table of another kind below.",
             "meeting")
    s = f.sheet("会议")
    s.put(["2026年11月会议情况"], merge=["A:E"])
    s.put(["序号", "日期", "类型", "主题", "应到"])
    s.put(["马营社区党委"], merge=["A:E"])
    s.put([1, "11月3日", "学习", "合计收支公开", 12],
          add(MY, date="2026-11-03", type="study", title="合计收支公开", due=12))
    s.put(["小计", None, None, None, 12])
    s.put(["没有这个社区党委"], merge=["A:E"])
    s.put([1, "11月4日", "学习", "学习二", 12], refused("A"))
    s.expected[-1]["cells"] = [f"A{s.next - 2}"]
    s.put(["湖北路街道党工委："], merge=["A:E"])
    s.put([1, "11月5日", "学习", "小计量水表", 12],
          add(HB, date="2026-11-05", type="study", title="小计量水表", due=12))
    s.blank()
    s.put(["类型", "事项", "承诺人", "签订日期", "兑现期限"])
    s.put(["公开承诺", "修路灯", "示例甲", "2026-10-12", "2026-12-25"])
    s.sums.append({"cell": "E5", "says": 12, "rows_say": 12})
    return f


@form
def meeting_years():
    f = Form("meeting-years.xlsx",
             "Titles with two years, with the date on which they were made, with the name of a document: none says which year "
             "a day is of.",
             "meeting", "--org", MY)
    for title in ["2025—2026年度会议台账", "2025年会议台账（2026年1月填报）", "《示例条例（2018年）》学习台账"]:
        s = f.sheet(f"表{len(f.sheets) + 1}")
        s.put([title], merge=["A:C"])
        s.put(["日期", "类型", "主题"])
        s.put(["9月28日", "学习", "学习"], refused("A"))
    s = f.sheet("某年")
    s.put(["2026年会议台账"], merge=["A:C"])
    s.put(["日期", "类型", "主题"])
    s.put(["9月28日上午", "学习", "学习四"], add(MY, date="2026-09-28", type="study", title="学习四"))
    s.put(["9月29日星期二", "学习", "学习五"], add(MY, date="2026-09-29", type="study", title="学习五"))
    return f


@form
def fund_stages():
    f = Form("fund-stages.xlsx",
             "Amounts side by side by stage under one heading become a record each; a total of them is none; an amount that is "
             "no number is refused.",
             "fund", "--org", HB, left_out=["金额（元）合计"])
    s = f.sheet("经费")
    s.put(["日期", "来源", "用途", "金额（元）", None, None, None], merge=["A:A+1", "B:B+1", "C:C+1", "D:G"])
    s.put([None, None, None, "预算", "拨付", "支出", "合计"])
    def fund(stage, amount, day="2026-11-03"):
        return add(HB, date=day, stage=stage, source="fiscal", purpose="training", amount=amount)
    s.put(["2026-11-03", "财政", "教育培训", 10000, 8000, 5000, 23000],
          fund("budget", 10000), fund("allocated", 8000), fund("spent", 5000))
    s.put(["2026-11-04", "财政", "教育培训", None, None, 200, 200], fund("spent", 200, "2026-11-04"))
    s.put(["2026-11-05", "财政", "教育培训", None, None, "若干", None], refused("F"))
    return f


@form
def fund_amounts():
    f = Form("fund-amounts.xlsx",
             "Amounts side by side of which none is surely the amount: none is taken.",
             "fund", "--org", HB, left_out=["拨付金额", "支出金额"])
    s = f.sheet("经费")
    s.put(["日期", "环节", "来源", "用途", "拨付金额", "支出金额"])
    s.put(["2026-11-03", "支出", "财政", "教育培训", 8000, 5000], refused("A"))
    return f


@form
def meeting_two_organisations():
    f = Form("meeting-two-organisations.xlsx",
             "A form of one organisation that is taken in for another: nobody knows whose it is.",
             "meeting", "--org", HB)
    s = f.sheet("会议")
    s.put(["填报单位：马营社区党委"], merge=["A:C"])
    s.put(["日期", "类型", "主题"])
    s.put(["2026-11-03", "学习", "学习"], refused("A"))
    return f


@form
def meeting_twice():
    f = Form("meeting-twice.xlsx",
             "Two rows that are the record that is there, and do not say the same: the second is refused.",
             "meeting", "--org", GN)
    s = f.sheet("会议")
    s.put(["日期", "类型", "主题", "应到"])
    s.put(["2026-07-03", "例会", "7月例会：社区治理难题会商", 20],
          change(GN, ["due"], date="2026-07-03", type="regular", title="7月例会：社区治理难题会商", host="刘某", due=20,
                 present=12))
    s.put(["2026-07-03", "例会", "7月例会：社区治理难题会商", 25], refused("A"))
    return f


@form
def meeting_ticks():
    f = Form("meeting-ticks.xlsx",
             "The types side by side under their heading, the one that holds ticked in whatever way; two ticks and a number "
             "are refused, none is missing.",
             "meeting")
    s = f.sheet("会议")
    s.put(["2026年四季度会议情况统计表"], merge=["A:J"])
    s.put(["序号", "组织", "日期", "会议类型", None, None, None, "主题", "应到", "实到"],
          merge=["A:A+1", "B:B+1", "C:C+1", "D:G", "H:H+1", "I:I+1", "J:J+1"])
    s.put([None, None, None, "例会", "支部党员大会", "党课", "其他", None, None, None])
    def meeting(tick, title, day, expected, **more):
        ticks = [None, None, None, None]
        for column, sign in tick.items():
            ticks["DEFG".index(column)] = sign
        s.put([len(s.rows), "马营社区党委", day, *ticks, title, 12, 11], expected)
    def read(type_, title, day):
        return add(MY, date=day, type=type_, title=title, due=12, present=11)
    meeting({"D": "√"}, "十月例会一", "2026-10-12", read("regular", "十月例会一", "2026-10-12"))
    meeting({"E": "是", "D": "×"}, "党员大会一", "2026-10-13", read("general-meeting", "党员大会一", "2026-10-13"))
    meeting({"F": "党课", "G": "/"}, "党课一", "2026-10-14", read("party-lesson", "党课一", "2026-10-14"))
    meeting({"G": 1}, "座谈一", "2026-10-15", read("other", "座谈一", "2026-10-15"))
    meeting({"D": "√", "F": "√"}, "两样一", "2026-10-16", refused("F"))
    meeting({"E": 3}, "三次一", "2026-10-17", refused("E", "D"))
    meeting({}, "哪样一", "2026-10-18", refused("D"))
    return f


@form
def commitment_ticks():
    f = TextForm("commitment-ticks.csv",
                 "Separated values: states side by side under their heading, ticked, with the day beside; what is kept without "
                 "a day is asked for.",
                 "commitment", "--org", HB)
    s = f.sheet("")
    s.put(["类型", "事项", "承诺人", "签订日期", "兑现期限", "兑现情况", "", "", "进展日期"])
    s.put(["", "", "", "", "", "已兑现", "审诺", "未兑现", ""])
    s.put(["公开承诺", "修路灯一", "示例甲", "2026-10-12", "2026-12-25", "√", "", "", "2026-11-01"],
          add(HB, type="public-promise", title="修路灯一", by="示例甲", signed="2026-10-12", due="2026-12-25",
              updates=[{"on": "2026-11-01", "status": "kept"}]))
    s.put(["公开承诺", "修路灯二", "示例甲", "2026-10-12", "2026-12-25", "", "✓", "", "2026-11-02"],
          add(HB, type="public-promise", title="修路灯二", by="示例甲", signed="2026-10-12", due="2026-12-25",
              updates=[{"on": "2026-11-02", "status": "reviewed"}]))
    s.put(["公开承诺", "修路灯三", "示例甲", "2026-10-12", "2026-12-25", "√", "", "", ""], refused("F"))
    return f


@form
def seat_fill_down():
    f = Form("seat-fill-down.xlsx",
             "The organisation stands once over its rows without a merge (as above); a seat that is there, one with its end "
             "added; an end before the start is refused; a blank row between groups does not end the organisation.",
             "seat")
    s = f.sheet("兼职委员", fmt="yyyy/m/d")
    s.put(["大党委兼职委员名册"], merge=["A:E"])
    s.put(["组织", "委员", "所在单位", "任职日期", "离任日期"])
    s.put(["武汉路街道党工委", "委员042", "示例供水公司", date(2025, 9, 27), None],
          same(WH, person="委员042", unit="示例供水公司", from_="2025-09-27"))
    s.put([None, "委员011", "示例邮政所", date(2025, 9, 20), date(2026, 10, 31)],
          change(WH, ["until"], person="委员011", unit="示例邮政所", from_="2025-09-20", until="2026-10-31"))
    s.put([None, "委员201", "示例律所", date(2026, 10, 8), None],
          add(WH, person="委员201", unit="示例律所", from_="2026-10-08"))
    s.blank()
    s.put([None, "委员202", "示例书店", "2026年10月9日", None],
          add(WH, person="委员202", unit="示例书店", from_="2026-10-09"))
    s.put(["马营社区党委", "委员203", "示例诊所", date(2026, 10, 9), date(2026, 10, 1)], refused("E"))
    s.put([None, None, "示例学校", date(2026, 10, 9), None], refused("B"))
    return f


@form
def partner_unit_column():
    f = TextForm("partner-unit-column.tsv",
                 "单位 is a field of this kind while 填报单位 above is the organisation, and 党组织 is yes or no, not an "
                 "organisation; GB18030 with tabs; yes and no in six spellings; a partner that is there.",
                 "partner", encoding="gb18030", newline="\n")
    s = f.sheet()
    s.put(["共建单位登记表"])
    s.put(["填报单位：武汉路街道党工委", "", "", "填报日期：2026-11-20"])
    s.put(["序号", "单位", "党组织", "加入日期"])
    s.put(["1", "示例供水公司", "否", "2025-09-07"], same(WH, unit="示例供水公司", party_org=False, joined="2025-09-07"))
    s.put(["2", "示例银行支行", "√", "2026年2月27日"], same(WH, unit="示例银行支行", party_org=True, joined="2026-02-27"))
    for number, (cell, value) in enumerate([("是", True), ("否", False), ("√", True), ("×", False), ("yes", True), ("no", False)], 3):
        s.put([str(number), f"示例共建{number}", cell, "2026.10.8"],
              add(WH, unit=f"示例共建{number}", party_org=value, joined="2026-10-08"))
    s.put(["9", "示例共建9", "不清楚", "2026.10.8"], refused("C"))
    s.put(["合计", "9家", "", ""])
    return f


@form
def award_same():
    f = Form("award-same.xlsx",
             "Awards as they were printed: the date merged over its rows, the year as 2025年度, stars as 五星 and 4星, money as "
             "2万 and 1.2万元; all are there but one with other stars and one new; the total of money is wrong by the new one.",
             "award", "--org", "jianxi")
    s = f.sheet("表彰")
    s.put(["2025年度星级两新党组织表彰名单"], merge=["A:G"])
    s.put(["序号", "表彰日期", "表彰年度", "荣誉名称", "表彰对象", "星级数", "奖励金额\n(元)"])
    fixed = {"date": "2026-06-26", "year": 2025, "title": "星级两新党组织"}
    s.put([1, date(2026, 6, 26), "2025年度", "星级两新党组织", "湖北路商圈联合党支部", "五星", "2万"],
          same("jianxi", **fixed, recipient="湖北路商圈联合党支部", stars=5, reward=20000), merge=["B:B+3", "D:D+3"])
    s.put([2, None, 2025, None, "湖北路志愿服务联合党支部", "4星", "1.2万元"],
          same("jianxi", **fixed, recipient="湖北路志愿服务联合党支部", stars=4, reward=12000))
    s.put([3, None, "2025年", None, "天津路志愿服务联合党支部", 4, "8,000"],
          change("jianxi", ["stars"], **fixed, recipient="天津路志愿服务联合党支部", stars=4, reward=8000))
    s.put([4, None, 2025, None, "周山路商圈联合党支部", 3, 8000],
          add("jianxi", **fixed, recipient="周山路商圈联合党支部", stars=3, reward=8000))
    s.total([None, None, None, None, "合计", None, 40000], G=(40000, 48000))
    s = f.sheet("增补")
    s.put(["序号", "表彰日期", "表彰年度", "荣誉名称", "表彰对象", "星级数", "奖励金额(元)"])
    s.put([5, date(2026, 6, 26), 2025, "星级两新党组织", "珠江路商圈联合党支部", 8, 8000], refused("F"))
    return f


@form
def survey_columns():
    f = TextForm("survey.csv",
                 "A small form with a semicolon-joined method that is one text, a survey that is there with one more team, an "
                 "end before its start; UTF-8 with a byte order mark, title and note rows full of empty cells.",
                 "survey", "--org", "jianxi", bom=b"\xef\xbb\xbf")
    s = f.sheet()
    s.put(["2026年调研安排"])
    s.put(["主题", "调研组数", "开始日期", "结束日期", "方式"])
    s.put(["两新组织覆盖", "3个", "10月12日", "10月30日", "走访;座谈"],
          add("jianxi", topic="两新组织覆盖", teams=3, from_="2026-10-12", until="2026-10-30", method="走访;座谈"))
    s.put(["党建引领基层治理", "7", "2026-04-13", "2026-05-22", "走访座谈"],
          change("jianxi", ["teams"], topic="党建引领基层治理", teams=7, from_="2026-04-13", until="2026-05-22",
                 method="走访座谈"))
    s.put(["基层减负", "2", "2026-11-20", "2026-11-02", "问卷"], refused("D"))
    s.put(["小区治理", "2", "2026-11-02", "11月中旬", "问卷"], refused("D"))
    s.blank()
    s.put(["备注：问卷不重复发放"])
    return f


@form
def demo_site_columns():
    f = Form("demo-site-columns.xls",
             "Column-number row under the heading, a column nobody asked for, choices in both languages, yes and no, a "
             "hidden row; a site that is there by its name; a choice misspelt is refused.",
             "demo_site", "--year", "2026", left_out=["建筑面积"])
    s = f.sheet("示范点")
    s.put(["示范点培育情况"], merge=["A:I"])
    s.put(["序号", "组织", "名称", "领域", "级别", "培育日期", "状态", "重点推介", "建筑面积"])
    s.put(["甲", "乙", "1", "2", "3", "4", "5", "6", "7"])
    s.put([1, "马营社区党委", "马营党建引领网格示范点", "社区", "区级", "2025-09-07", "已升级", None, "120㎡"],
          same(MY, name="马营党建引领网格示范点", sector="community", level="district", since="2025-09-07", state="upgraded"))
    s.put([2, "大所社区党委", "大所红色驿站", "community", "市级", "10月16日", "培育中", "是", "80㎡"],
          add(f"{GN}/dasuo", name="大所红色驿站", sector="community", level="city", since="2026-10-16", state="cultivating",
              highlight=True), hidden=True)
    s.put([3, None, "大所书屋", "社会组织", "区级", "10月17日", "named", "否", None],
          add(f"{GN}/dasuo", name="大所书屋", sector="social-org", level="district", since="2026-10-17", state="named",
              highlight=False))
    s.put([4, None, "大所驿站", "社团", "区级", "10月18日", "培育中", None, None], refused("D"))
    return f


@form
def inspection_notes():
    f = Form("inspection-notes.xlsx",
             "The table begins far down and not in the first column, below a long instruction; a text that begins like a "
             "formula is a text; a note row in the middle of the table; a total of findings that is right.",
             "inspection")
    s = f.sheet("督导")
    s.blank(2)
    s.put([None, "督导检查情况登记"], merge=["B:G"])
    s.put([None, "说明：\n1. 每次督导一行；\n2. 检查日期写明年月日。"], merge=["B:G"])
    s.blank()
    s.put([None, "组织", "检查日期", "检查组", "方式", "发现问题数", "检查报告"])
    s.put([None, "工农街道党工委", "2026-10-19", "区委第一督导组", "+查阅台账", "3个", "通报一"],
          add(GN, date="2026-10-19", team="区委第一督导组", method="+查阅台账", findings=3, report="通报一"))
    s.put([None, "（以下为第二轮）"], merge=["B:G"])
    s.put([None, "湖北路街道党工委", "2026年10月20日", "区委第二督导组", "实地查看", 0, "通报二"],
          add(HB, date="2026-10-20", team="区委第二督导组", method="实地查看", findings=0, report="通报二"))
    s.total([None, "合计", None, None, None, 3, None], F=(3, 3))
    return f


@form
def meeting_casual_organisations():
    f = Form("meeting-casual-organisations.xlsx",
             "Organisations as people say them: 工农街道, 马营社区, 湖北路街道党工委（盖章）. The sample has no such short names: "
             "to take them, or to refuse the cell and list the nearest, is both right; another organisation is wrong.",
             "meeting", alias=True, open=True)
    s = f.sheet()
    s.put(["单位：湖北路街道党工委（盖章）"])
    s.put(["组织", "召开日期", "类型", "主题"])
    for number, (name, org) in enumerate([("工农街道", GN), ("马营社区", MY), ("中侨绿城社区", "jianxi/tianjinlu/zhongqiaolvcheng")], 1):
        s.put([name, f"2026-11-{number:02}", "其他", f"碰头会{number}"],
              add(org, date=f"2026-11-{number:02}", type="other", title=f"碰头会{number}"))
    s.put(["湖北路街道党工委", "2026-11-04", "其他", "碰头会4"],
          add(HB, date="2026-11-04", type="other", title="碰头会4"))
    return f


def main(arguments):
    out = Path(arguments[0])
    out.mkdir(parents=True, exist_ok=True)
    for function in FORMS:
        function().write(out)
    if len(arguments) > 1:
        hostile.write_all(Path(arguments[1]))


if __name__ == "__main__":
    main(sys.argv[1:])
